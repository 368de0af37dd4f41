//! A section's form, with the live part that its server function renders again.

use super::section::Section;
use crate::islands::LiveForm;
use leptos::prelude::*;
use server_fn::ServerFn;

/// The form of a section. `action` is the path of the plain POST, `F` the server function.
pub fn live<S: Section, F: ServerFn>(action: &'static str, state: &S::State) -> AnyView {
    let section = S::view(state);
    view! { <LiveForm action=action.to_owned() endpoint=F::PATH.to_owned()><div class="stack" data-live="">{section}</div></LiveForm> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client;
    use crate::sections::attributes::SaveAttributes;
    use crate::sections::origins::DescribeOrigin;
    use crate::sections::sandbox::{DescribeRequest, GenerateSandboxToken};

    #[test]
    fn the_browser_knows_the_paths_of_the_server_functions() {
        let of_functions = [
            DescribeOrigin::PATH,
            DescribeRequest::PATH,
            GenerateSandboxToken::PATH,
            SaveAttributes::PATH,
        ];
        let of_the_browser = [
            client::DESCRIBE_ORIGIN,
            client::DESCRIBE_REQUEST,
            client::GENERATE_SANDBOX_TOKEN,
            client::SAVE_ATTRIBUTES,
        ];
        assert_eq!(of_functions, of_the_browser);
    }
}
