//! Trying sites out before they are listed: the tester, what is said while typing, and many lines pasted at once.

use crate::ActorContext;
use crate::error::Error;
use crate::settings::Settings;
use perch_domain::origin::{Adjustment, Origin, OriginError};
use perch_domain::origin_list::{Decision, Environment, Listed, Miss, playground};
use perch_domain::{Action, Code};
use perch_store::OriginId;
use std::collections::HashMap;
use uuid::Uuid;

/// What the matcher says about a site.
#[derive(Clone, Debug)]
pub struct OriginVerdict {
    /// The origin a browser would send.
    pub asked: String,
    pub outcome: OriginOutcome,
}

#[derive(Clone, Debug)]
pub enum OriginOutcome {
    /// The entry that decided, its label, and its environment.
    Listed {
        entry: String,
        label: String,
        environment: Environment,
    },
    NotListed {
        nearest: Option<(String, Miss)>,
        list_is_empty: bool,
    },
}

/// What would be listed for a text.
#[derive(Clone, Debug)]
pub struct OriginReading {
    pub typed: String,
    pub result: Result<CanonicalOrigin, String>,
}

/// A text in its canonical form, and what is worth saying about it.
#[derive(Clone, Debug)]
pub struct CanonicalOrigin {
    pub origin: String,
    /// What was changed on the way, in sentences.
    pub adjusted: Vec<&'static str>,
    /// It stands in the list already.
    pub listed: bool,
    /// What to list instead, where pages of this site run elsewhere.
    pub instead: Option<PlaygroundOrigin>,
}

/// A playground whose pages run on another site.
#[derive(Clone, Copy, Debug)]
pub struct PlaygroundOrigin {
    pub playground: &'static str,
    pub origin: Option<&'static str>,
}

impl Settings {
    /// Would this site be let in? The very matcher the runtime uses, on the same list.
    pub async fn check_origin(
        &self,
        acting: &ActorContext,
        typed: &str,
    ) -> Result<Result<OriginVerdict, OriginError>, Error> {
        acting.may(Action::SeeSettings)?;
        self.config.refresh().await?;
        let asked = match Origin::parse_asked(typed) {
            Ok((asked, _)) => asked,
            Err(fault) => return Ok(Err(fault)),
        };
        let memory = self.config.snapshot();
        let organization = memory
            .organization(acting.organization)
            .ok_or(Code::NotFound)?;
        let list = &organization.origins;
        let outcome = match list.decide(&asked) {
            Decision::Listed(Listed {
                origin,
                label,
                environment,
            }) => OriginOutcome::Listed {
                entry: origin.to_string(),
                label: label.clone(),
                environment: *environment,
            },
            Decision::NotListed { nearest } => OriginOutcome::NotListed {
                nearest: nearest.map(|(entry, miss)| (entry.origin.to_string(), miss)),
                list_is_empty: list.entries().is_empty(),
            },
        };
        Ok(Ok(OriginVerdict {
            asked: asked.to_string(),
            outcome,
        }))
    }

    /// What would be listed for each of these texts, with the entry it edits: that is no duplicate of itself.
    pub async fn read_origins(
        &self,
        acting: &ActorContext,
        lines: &[(&str, Option<OriginId>)],
    ) -> Result<Vec<OriginReading>, Error> {
        acting.may(Action::EditOrigins)?;
        let stored = self.store.origins(acting.organization).await?;
        let mut seen: HashMap<String, OriginId> = stored
            .into_iter()
            .map(|row| (row.canonical, row.id))
            .collect();
        let mut read = |(typed, edited): &(&str, Option<OriginId>)| {
            let result = Origin::parse(typed, &self.http_hosts)
                .map_err(|fault| fault.to_string())
                .map(|(origin, adjusted)| {
                    let text = origin.to_string();
                    let listed = seen.get(&text).is_some_and(|known| Some(*known) != *edited);
                    seen.entry(text.clone())
                        .or_insert(edited.unwrap_or(OriginId(Uuid::nil())));
                    let instead = playground(&origin)
                        .map(|(playground, origin)| PlaygroundOrigin { playground, origin });
                    CanonicalOrigin {
                        origin: text,
                        adjusted: adjusted.into_iter().map(Adjustment::sentence).collect(),
                        listed,
                        instead,
                    }
                });
            OriginReading {
                typed: (*typed).trim().to_owned(),
                result,
            }
        };
        Ok(lines.iter().map(&mut read).collect())
    }
}
