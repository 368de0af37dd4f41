import { Component, CUSTOM_ELEMENTS_SCHEMA } from "@angular/core";

@Component({
  selector: "app-embed",
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `<tc-dashboard [fetchToken]="fetchToken" server-url="https://perch.example.com"></tc-dashboard>`,
})
export class Embed {
  // Your backend signs the viewer in, asks Perch for a token, and answers { "token": "…" }.
  fetchToken = async () => {
    const answer = await fetch("/embed-token", { method: "POST" });
    if (!answer.ok) throw new Error(`/embed-token answered ${answer.status}`);
    return (await answer.json()).token;
  };

  ngOnInit() {
    import(/* @vite-ignore */ "https://perch.example.com/embed/embed.js");
  }
}
