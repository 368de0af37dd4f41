// What an element shows: its state, the facts of the session, or the failure. The view is built once and changed in place. It never
// parses markup from the server or the page.
import type { Failure } from "../failure/failure";
import type { Session } from "../server/server";

/** The name of each element, and the permission that its content needs. */
export const KINDS: Record<string, [string, string, string]> = {
  "tc-dashboard": ["Dashboard", "dashboard", "can_view"],
  "tc-ai-assistant": ["AI assistant", "ai", "can_query"],
  "tc-self-service-dashboard": ["Self-service dashboard", "dashboard", "can_edit"],
};

const MODELS: Record<string, string> = { dashboard: "dashboards", chart: "charts", database: "databases", ai: "AI assistant" };
const VERBS: Record<string, string> = { can_view: "view", can_edit: "edit", can_query: "ask" };

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

function make(name: string, part?: string) {
  const element = document.createElement(name);
  if (part) element.setAttribute("part", part);
  return element;
}

function left(milliseconds: number) {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 1) return "under a minute";
  if (minutes < 120) return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  return `${Math.floor(minutes / 60)} hours`;
}

function granted(permissions: Session["permissions"]) {
  const parts = Object.keys(MODELS).filter((model) => permissions[model]?.length);
  return parts.map((model) => `${MODELS[model]}: ${permissions[model]?.map((name) => VERBS[name] ?? name).join(", ")}`).join("; ") || "none";
}

export class View {
  #status = make("p", "status");
  #facts = make("dl", "facts");
  #note = make("p", "note");
  #reference = make("p", "reference");
  #retry = make("button", "retry");
  #values: Record<string, HTMLElement> = {};
  /** The model that the content shows, such as `dashboard`. */
  declare readonly model: string;
  /** The permission on the model that the content needs. */
  declare readonly needs: string;
  declare readonly slot: HTMLSlotElement;

  constructor(host: HTMLElement, retry: () => void) {
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
    // The content after a tag that was not closed ends up inside the element. The slot keeps it visible.
    root.append(frame, (this.slot = make("slot") as HTMLSlotElement));
    this.waiting();
  }

  #say(element: HTMLElement, text: string) {
    // A screen reader would read the same text out again.
    if (element.textContent !== text) element.textContent = text;
    element.hidden = !text;
  }

  waiting(text = "Connecting…") {
    this.#show(text, false, "", "", false);
  }

  /**
   * @param milliseconds until the session ends
   * @param reached whether the server answered the latest call
   * @param replaced whether the viewer is another one than before
   */
  connected({ organization, user, permissions, sandbox }: Session, milliseconds: number, reached: boolean, replaced: boolean) {
    const values = { Organization: organization.name, Viewer: user.distinctId, Allowed: granted(permissions), "Time left": left(milliseconds) };
    for (const [name, text] of Object.entries(values)) this.#say(this.#values[name] as HTMLElement, text);
    const notes = [
      replaced && "The viewer has changed, so this view began anew.",
      !this.allowed(permissions) && "This view needs a permission that was not granted.",
      sandbox && "Test token: not for visitors.",
    ];
    this.#show(reached ? "Connected" : "Reconnecting…", true, notes.filter(Boolean).join(" "), "", false);
  }

  allowed(permissions: Session["permissions"]) {
    return permissions[this.model]?.includes(this.needs) ?? false;
  }

  /** @param renewable whether a source may have another token */
  failed({ said: [sentence, again], requestId, code, ofToken, temporary }: Failure, renewable: boolean) {
    this.#show(sentence, false, "", `Reference: ${requestId || code}`, again && (renewable || temporary || !ofToken));
  }

  #show(status: string, facts: boolean, note: string, reference: string, retry: boolean) {
    this.#say(this.#status, status);
    this.#facts.hidden = !facts;
    // A hidden text could still be read.
    if (!facts) for (const value of Object.values(this.#values)) value.textContent = "";
    this.#say(this.#note, note);
    this.#say(this.#reference, reference);
    this.#retry.hidden = !retry;
  }
}
