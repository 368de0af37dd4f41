// What an element shows: its state, the facts of the session, or the failure. The view is built
// once and changed in place. It never parses markup from the server or the page.
import type { Failure } from "../failure/failure";
import type { Session } from "../server/session";
import { KINDS } from "./kinds";
import { STYLE } from "./style";
import { granted, timeLeft } from "./wording";

function make(name: string, part?: string) {
  const element = document.createElement(name);
  if (part) element.setAttribute("part", part);
  return element;
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
    // The content after a tag that was not closed ends up inside the element. The slot keeps it
    // visible.
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
  connected(
    { organization, user, permissions, sandbox }: Session,
    milliseconds: number,
    reached: boolean,
    replaced: boolean,
  ) {
    const values = {
      Organization: organization.name,
      Viewer: user.distinctId,
      Allowed: granted(permissions),
      "Time left": timeLeft(milliseconds),
    };
    for (const [name, text] of Object.entries(values))
      this.#say(this.#values[name] as HTMLElement, text);
    const notes = [
      replaced && "The viewer has changed, so this view began anew.",
      !this.allowed(permissions) && "This view needs a permission that was not granted.",
      sandbox && "Test token: not for visitors.",
    ];
    this.#show(
      reached ? "Connected" : "Reconnecting…",
      true,
      notes.filter(Boolean).join(" "),
      "",
      false,
    );
  }

  allowed(permissions: Session["permissions"]) {
    return permissions[this.model]?.includes(this.needs) ?? false;
  }

  /** @param renewable whether a source may have another token */
  failed(
    { said: [sentence, again], requestId, code, ofToken, temporary }: Failure,
    renewable: boolean,
  ) {
    this.#show(
      sentence,
      false,
      "",
      `Reference: ${requestId || code}`,
      again && (renewable || temporary || !ofToken),
    );
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
