//! What Create API Key shows.

use crate::components::Outcome;

/// The id of the form.
pub const NEW_KEY: &str = "new-key";

/// The form, and the new key once it was created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewKeyState {
    pub form_id: String,
    pub name: String,
    pub expires_on: String,
    pub scopes: Vec<String>,
    pub sandbox_shared: bool,
    pub created: Option<NewKeySecret>,
    pub outcome: Outcome,
}

/// A new API key. It is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct NewKeySecret {
    pub name: String,
    pub secret: String,
}

impl std::fmt::Debug for NewKeySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKeySecret")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
