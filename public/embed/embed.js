// The components that show Perch on other people's pages. One module without dependencies; it sets no cookie, keeps no token
// anywhere but in memory, and asks for nothing but the server it came from.
import { Embed } from "./element.js";
import { KINDS } from "./view.js";

for (const name of Object.keys(KINDS)) {
  // Loaded twice, perhaps in two versions: the first one stays.
  if (!customElements.get(name)) customElements.define(name, class extends Embed {});
}
