import { Component, CUSTOM_ELEMENTS_SCHEMA, Input } from "@angular/core";

@Component({
  selector: "app-embed",
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `<tc-dashboard [attr.auth-token]="token" server-url="https://perch.example.com"></tc-dashboard>`,
})
export class Embed {
  @Input() token = "Auth-Token";

  ngOnInit() {
    import(/* @vite-ignore */ "https://perch.example.com/embed/embed.js");
  }
}
