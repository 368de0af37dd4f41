//! The sections of console pages, a folder or file for each. Only the server compiles them.
//!
//! A section is a type that implements [`section::Section`]: `state` is what its view shows, `fields` reads its form, `read`
//! and `submit` ask the service, `view` renders. This file names every section of the settings page once, reads them all, and
//! sends a plain form to its section; `pages/settings` gives each section its place. Pages and the server import this file; a
//! section imports its helpers and, at most, a section that stands lower (`sandbox` shows the reports of `introspection`).

pub mod attributes;
pub mod fields;
pub mod first_steps;
pub mod introspection;
mod list_edit;
mod list_part;
pub mod live;
pub mod migration_mode;
pub mod new_key;
pub mod origins;
pub mod reader;
pub mod sandbox;
pub mod section;
pub mod server_function;
pub mod snippets;
pub mod words;

use crate::wire::Fields;
use attributes::Attributes;
use fields::value;
use first_steps::FirstSteps;
use introspection::Introspection;
use migration_mode::MigrationMode;
use origins::Origins;
use origins::tester::OriginTester;
use perch_domain::Code;
use perch_service::Refusal;
use reader::Reader;
use sandbox::Sandbox;
use section::{Section, SectionUpdate, Submission, submit};
use std::borrow::Cow;

/// The address of the page.
const ADDRESS: &str = "/settings/embed";

/// Defines the page as one field for each section, and finds a section by its id.
macro_rules! settings_sections {
    ($($field:ident: $section:ty),+ $(,)?) => {
        /// The state of every section of the settings page.
        #[derive(Clone, Debug)]
        pub struct SettingsPage {
            $(pub $field: <$section as Section>::State,)+
        }

        /// The sections whose state is known before the others are read.
        #[derive(Default)]
        struct Known {
            $($field: Option<<$section as Section>::State>,)+
        }

        impl SettingsPage {
            /// The page as it is stored.
            pub async fn read(reader: &mut Reader, query: &Fields) -> Result<Self, Refusal> {
                Self::read_around(Known::default(), reader, query).await
            }

            async fn read_around(
                known: Known,
                reader: &mut Reader,
                query: &Fields,
            ) -> Result<Self, Refusal> {
                Ok(Self {
                    $($field: match known.$field {
                        Some(state) => state,
                        None => Box::pin(<$section>::read(reader, query)).await?,
                    },)+
                })
            }

            /// Sends a plain form to the section that its field `form` names.
            pub async fn submit(
                reader: &mut Reader,
                fields: &Fields,
            ) -> Result<SettingsAnswer, Refusal> {
                let mut known = Known::default();
                let refused: Option<Refusal>;
                let mut form = value(fields, "form").to_owned();
                let mut fields = Cow::Borrowed(fields);
                loop {
                    $(if form == <$section>::ID {
                        match Box::pin(submit::<$section>(reader, &fields)).await? {
                            Submission::Refused { state, refusal } => {
                                known.$field = Some(state);
                                refused = Some(refusal);
                                break;
                            }
                            Submission::Updated(SectionUpdate::Shown { state, conflict, .. }) => {
                                known.$field = Some(state);
                                refused = conflict.then(|| Code::Conflict.into());
                                break;
                            }
                            Submission::Updated(SectionUpdate::HandedOver { state, to, fields: handed }) => {
                                known.$field = Some(state);
                                form = to.to_owned();
                                fields = Cow::Owned(handed);
                                continue;
                            }
                            Submission::Updated(SectionUpdate::Finished { address, done, .. }) => {
                                let done = done.map(|done| (<$section>::ID, done));
                                return Ok(SettingsAnswer::Elsewhere { address, done });
                            }
                        }
                    })+
                    return Ok(SettingsAnswer::Elsewhere { address: ADDRESS.to_owned(), done: None });
                }
                let page = Self::read_around(known, reader, &Fields::new()).await?;
                Ok(SettingsAnswer::Page { page: Box::new(page), refused })
            }

            /// Lets a section say what was done.
            pub fn set_done(&mut self, section: &str, done: String) {
                $(if section == <$section>::ID
                    && let Some(outcome) = <$section>::outcome(&mut self.$field)
                {
                    outcome.done = Some(done);
                    return;
                })+
            }
        }
    };
}

settings_sections! {
    first_steps: FirstSteps,
    origins: Origins,
    tester: OriginTester,
    attributes: Attributes,
    migration_mode: MigrationMode,
    sandbox: Sandbox,
    introspection: Introspection,
}

/// The answer to a plain form.
#[derive(Debug)]
pub enum SettingsAnswer {
    /// The page again. With a refusal, the answer has the status of the refusal.
    Page {
        page: Box<SettingsPage>,
        refused: Option<Refusal>,
    },
    /// Another address, so that reloading repeats nothing.
    Elsewhere {
        address: String,
        /// The section's id, and the sentence that the section shows there.
        done: Option<(&'static str, String)>,
    },
}
