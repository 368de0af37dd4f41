// What is seen: a quiet state until there is content, and what went wrong. Built once, changed in place; no markup is ever
// parsed from what the server or the page says.

/**
 * What each element is called, and the permission its content needs.
 * @type {Record<string, [string, string, string]>}
 */
export const KINDS = {
  "tc-dashboard": ["Dashboard", "dashboard", "can_view"],
  "tc-ai-assistant": ["AI assistant", "ai", "can_query"],
  "tc-self-service-dashboard": ["Self-service dashboard", "dashboard", "can_edit"],
};

/** @type {Record<string, string>} */
const MODELS = { dashboard: "dashboards", chart: "charts", database: "databases", ai: "AI assistant" };
/** @type {Record<string, string>} */
const VERBS = { can_view: "view", can_edit: "edit", can_query: "ask" };

const STYLE = `
:host{display:block;min-block-size:10rem}
:host([hidden]){display:none}
[part=frame]{
--c:var(--tc-color,#1c1f26);--b:var(--tc-background,#fff);--l:var(--tc-border,#d5d9e0);--m:var(--tc-muted,#565d6b);--a:var(--tc-accent,#2f5fd0);
box-sizing:border-box;min-block-size:inherit;block-size:100%;overflow:auto;padding:1rem;text-align:start;
font:400 14px/20px var(--tc-font,system-ui,sans-serif);color:var(--c);background:var(--b);border:1px solid var(--l);border-radius:var(--tc-radius,6px);color-scheme:light}
@media(prefers-color-scheme:dark){:host(:not([data-theme=light])) [part=frame]{--c:var(--tc-color,#e6e8ec);--b:var(--tc-background,#16181d);--l:var(--tc-border,#3a3f4a);--m:var(--tc-muted,#a2a9b6);--a:var(--tc-accent,#8fb0ff);color-scheme:dark}}
:host([data-theme=dark]) [part=frame]{--c:var(--tc-color,#e6e8ec);--b:var(--tc-background,#16181d);--l:var(--tc-border,#3a3f4a);--m:var(--tc-muted,#a2a9b6);--a:var(--tc-accent,#8fb0ff);color-scheme:dark}
p,dl,dd{margin:0}
[part=title]{font-weight:600}
[part=status],[part=note],[part=reference],dt{color:var(--m)}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:0 1rem;margin-block-start:.75rem}
dd,[part=reference]{overflow-wrap:anywhere}
[part=note],[part=reference],button{margin-block-start:.5rem}
[part=reference]{font-size:12px;user-select:all}
button{font:inherit;color:var(--a);background:none;border:1px solid var(--l);border-radius:var(--tc-radius,6px);padding:.25rem .75rem;cursor:pointer}
button:focus-visible{outline:2px solid var(--a);outline-offset:2px}
[hidden]{display:none!important}
@media(max-width:20rem){dl{grid-template-columns:1fr}}`;

/** @param {string} name @param {string} [part] */
function make(name, part) {
  const element = document.createElement(name);
  if (part) element.setAttribute("part", part);
  return element;
}

/** @param {number} milliseconds */
function left(milliseconds) {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 1) return "under a minute";
  if (minutes < 120) return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  return `${Math.floor(minutes / 60)} hours`;
}

/** @param {Record<string, string[]>} permissions */
function granted(permissions) {
  const parts = Object.keys(MODELS).filter((model) => permissions[model]?.length);
  return parts.map((model) => `${MODELS[model]}: ${permissions[model]?.map((name) => VERBS[name] ?? name).join(", ")}`).join("; ") || "none";
}

export class View {
  #status = make("p", "status");
  #facts = make("dl", "facts");
  #note = make("p", "note");
  #reference = make("p", "reference");
  #retry = make("button", "retry");
  /** @type {Record<string, HTMLElement>} */
  #values = {};

  /**
   * @param {HTMLElement} host
   * @param {() => void} retry
   */
  constructor(host, retry) {
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const frame = make("div", "frame");
    const title = make("p", "title");
    const [name, model, needs] = KINDS[host.localName] ?? ["Embed", "dashboard", "can_view"];
    title.textContent = name;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", name);
    this.model = model;
    this.needs = needs;
    this.#status.setAttribute("role", "status");
    for (const name of ["Organization", "Viewer", "Allowed", "Time left"]) {
      const term = make("dt");
      term.textContent = name;
      this.#facts.append(term, (this.#values[name] = make("dd")));
    }
    this.#retry.setAttribute("type", "button");
    this.#retry.textContent = "Try again";
    this.#retry.addEventListener("click", retry);
    frame.append(title, this.#status, this.#facts, this.#note, this.#reference, this.#retry);
    // Whatever follows a tag that was left open ends up inside the element, and stays in sight.
    root.append(frame, (this.slot = /** @type {HTMLSlotElement} */ (make("slot"))));
    this.waiting();
  }

  /** @param {HTMLElement} element @param {string} text */
  #say(element, text) {
    // Said again, it would be read out again.
    if (element.textContent !== text) element.textContent = text;
    element.hidden = !text;
  }

  waiting(text = "Connecting…") {
    this.#show(text, false, "", "", false);
  }

  /**
   * @param {import("./server.js").Session} session
   * @param {number} milliseconds left
   * @param {boolean} reached
   * @param {boolean} replaced the viewer is another one than before
   */
  connected({ organization, user, permissions, sandbox }, milliseconds, reached, replaced) {
    const values = { Organization: organization.name, Viewer: user.distinctId, Allowed: granted(permissions), "Time left": left(milliseconds) };
    for (const [name, text] of Object.entries(values)) this.#say(/** @type {HTMLElement} */ (this.#values[name]), text);
    const notes = [
      replaced && "The viewer has changed, so this view began anew.",
      !this.allowed(permissions) && "This view needs a permission that was not granted.",
      sandbox && "Test token: not for visitors.",
    ];
    this.#show(reached ? "Connected" : "Reconnecting…", true, notes.filter(Boolean).join(" "), "", false);
  }

  /** @param {Record<string, string[]>} permissions */
  allowed(permissions) {
    return permissions[this.model]?.includes(this.needs) ?? false;
  }

  /**
   * @param {import("./failure.js").Failure} failure
   * @param {boolean} renewable whether there is another token to be had
   */
  failed({ said: [sentence, again], requestId, code, ofToken, temporary }, renewable) {
    this.#show(sentence, false, "", `Reference: ${requestId || code}`, again && (renewable || temporary || !ofToken));
  }

  /**
   * @param {string} status
   * @param {boolean} facts
   * @param {string} note
   * @param {string} reference
   * @param {boolean} retry
   */
  #show(status, facts, note, reference, retry) {
    this.#say(this.#status, status);
    this.#facts.hidden = !facts;
    // Hidden is not gone.
    if (!facts) for (const value of Object.values(this.#values)) value.textContent = "";
    this.#say(this.#note, note);
    this.#say(this.#reference, reference);
    this.#retry.hidden = !retry;
  }
}
