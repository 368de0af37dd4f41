// The page of the sandbox's preview. It accepts a token only from the console page around it: the
// browser shows this page to no other site (frame-ancestors).

const server = document.querySelector("script")?.dataset["server"] ?? "";

/** Reads three lines: the element, its theme, the token. */
function show({ source, data }: MessageEvent) {
  const [tag, theme, token] = String(data).split("\n");
  if (source !== window.parent || !tag?.startsWith("tc-") || !token) return;
  const element = document.createElement(tag);
  // The preview follows the theme that was chosen in the console.
  document.documentElement.style.colorScheme = theme || "light dark";
  if (theme) element.setAttribute("data-theme", theme);
  element.setAttribute("server-url", server);
  element.setAttribute("auth-token", token);
  // The origin of this page differs from the console's, so the caption names it.
  const caption = document.createElement("p");
  caption.textContent = location.origin;
  document.body.replaceChildren(caption, element);
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(
  "body{margin:.5rem}p{margin:0 0 .5rem;font:600 12px/16px ui-monospace,monospace}",
);
document.adoptedStyleSheets = [sheet];

const script = document.createElement("script");
script.type = "module";
script.src = `${server}/embed/embed.js`;
document.head.append(script);
window.addEventListener("message", show);
// The message contains no secret, so any page around this one may read it.
window.parent.postMessage("perch-preview", "*");

export {};
