//! The first run: asks for name, organization, email and password.

use crate::components::{Field, Outcome, feedback, text_field};
use crate::wire::WireError;
use leptos::prelude::*;

/// What the page shows. The password is never shown again.
#[derive(Clone, Debug, Default)]
pub struct SetupPage {
    pub path: String,
    pub name: String,
    pub organization: String,
    pub email: String,
    pub problem: Option<WireError>,
}

pub fn setup(page: SetupPage) -> AnyView {
    let problem = page.problem.as_ref();
    let outcome = Outcome::of(page.problem.clone());
    let password = Field::new("password", "Password", "", problem)
        .hint("At least 12 characters; a sentence works well.");
    view! {
        <h1>"Set up Perch"</h1>
        <p class="lead">"You will be the first admin. Everything can be changed later."</p>
        <form method="post" action=page.path.clone() class="stack" novalidate>
            {feedback("setup", &outcome)}
            {text_field(Field::new("name", "Your name", &page.name, problem), "text", "name")}
            {text_field(Field::new("organization", "Organization", &page.organization, problem), "text", "organization")}
            {text_field(Field::new("email", "Email", &page.email, problem), "email", "username")}
            {text_field(password, "password", "new-password")}
            <div class="actions"><button type="submit" class="button primary">"Create organization"</button></div>
        </form>
    }
    .into_any()
}
