//! Sign-in by password or by a one-time link.

use crate::components::{Field, Outcome, feedback, text_field};
use crate::wire::WireError;
use leptos::prelude::*;

/// What the page shows. The password is never shown again.
#[derive(Clone, Debug, Default)]
pub struct SignInPage {
    pub email: String,
    /// The path of the console to go to afterwards.
    pub next: String,
    pub problem: Option<WireError>,
    /// The installation has nobody who can sign in.
    pub needs_setup: bool,
}

pub fn sign_in(page: SignInPage) -> AnyView {
    let problem = page.problem.as_ref();
    let outcome = Outcome::of(page.problem.clone());
    let setup = page.needs_setup.then(|| {
        view! { <p class="notice caution">"Nobody can sign in yet. Open the setup link that was printed when Perch started, or print a new one on the server with " <code>"perch setup-link"</code> "."</p> }
    });
    view! {
        <h1>"Sign in"</h1>
        {setup}
        <form method="post" action="/sign-in" class="stack" novalidate>
            <input type="hidden" name="next" value=page.next.clone() />
            {feedback("sign-in", &outcome)}
            {text_field(Field::new("email", "Email", &page.email, problem), "email", "username")}
            {text_field(Field::new("password", "Password", "", problem), "password", "current-password")}
            <div class="actions"><button type="submit" class="button primary">"Sign in"</button></div>
        </form>
        <p class="meta">"Locked out? Whoever runs the server can print a one-time sign-in link with " <code>"perch setup-link --email"</code> "."</p>
    }
    .into_any()
}

/// The page of a one-time link. Opening the page does not use the link up; the button does.
pub fn sign_in_link(path: String) -> AnyView {
    view! {
        <h1>"Sign in with a one-time link"</h1>
        <p class="lead">"This link works once."</p>
        <form method="post" action=path class="stack"><div class="actions"><button type="submit" class="button primary">"Sign in"</button></div></form>
    }
    .into_any()
}
