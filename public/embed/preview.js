// The page of the sandbox's preview. It gets a token from the console that shows it, and from nobody else: the browser shows
// this page to no other site (frame-ancestors).

/** @param {MessageEvent} event */
function show({ source, data }) {
  if (source !== window.parent || !/^tc-[a-z-]+$/.test(data?.tag ?? "") || typeof data.token !== "string") return;
  const script = document.createElement("script");
  script.type = "module";
  script.src = `${data.server}/embed/embed.js`;
  const element = document.createElement(data.tag);
  element.setAttribute("server-url", data.server);
  element.setAttribute("auth-token", data.token);
  if (data.theme) element.setAttribute("data-theme", data.theme);
  document.body.replaceChildren(element);
  document.head.append(script);
}

window.addEventListener("message", show);
// No secret in it, so whoever shows this page may hear it.
window.parent.postMessage("perch-preview", "*");
