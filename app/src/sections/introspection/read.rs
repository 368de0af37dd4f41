//! Reads what the service knows about a token, a request or a code.

use super::reports;
use super::state::IntrospectionState;
use super::token_report::{LookupReport, RevokeButton};
use crate::sections::fields::value;
use crate::sections::reader::Reader;
use crate::wire::{Fields, wire_error};
use perch_domain::{Action, Code, time};
use perch_service::Refusal;
use uuid::Uuid;

/// The most sites that are offered.
const MAX_SITES: usize = 50;

/// The section as it opens. With the id of a token or a request, it shows what is known by the id.
pub async fn stored(reader: &mut Reader, id: &str) -> Result<IntrospectionState, Refusal> {
    let origins = reader.origins().await?;
    let mut state = IntrospectionState {
        sites: origins
            .iter()
            .map(|view| view.origin.clone())
            .filter(|origin| !origin.contains('*'))
            .take(MAX_SITES)
            .collect(),
        ..IntrospectionState::default()
    };
    if !id.is_empty() {
        match look_up(reader, id).await {
            Ok(report) => state.lookup = Some(report),
            Err(refusal) => {
                let problem = wire_error(refusal, reader.acting.request.id.clone());
                state.outcome.problem = Some(problem);
            }
        }
    }
    Ok(state)
}

/// What is known by an id: about a token, or about a refused request.
async fn look_up(reader: &Reader, id: &str) -> Result<LookupReport, Refusal> {
    let Reader { perch, acting, .. } = reader;
    let unknown = match perch.tokens.token_record(acting, id).await {
        Err(refusal) if refusal.code() == Code::NotFound => refusal,
        Err(refusal) => return Err(refusal.into()),
        Ok(token) => {
            let revocations = if token.refused.is_none() {
                revocations(reader, token.token_id).await
            } else {
                Vec::new()
            };
            return Ok(LookupReport {
                revocations,
                ..reports::of_record(token, reader.now_seconds())
            });
        }
    };
    let Ok(request) = Uuid::parse_str(id.trim()) else {
        return Err(unknown.into());
    };
    match perch.tokens.refused_request(acting, request).await {
        Ok(refused) => {
            let token = refused.token_id;
            let mut report = reports::of_refused_request(refused, acting, reader.now_seconds());
            if let Some(token_id) = token
                && perch
                    .tokens
                    .token_record(acting, &token_id.to_string())
                    .await
                    .is_ok_and(|token| token.refused.is_none())
            {
                report.revocations = revocations(reader, token_id).await;
            }
            Ok(report)
        }
        Err(refusal) if refusal.code() == Code::NotFound => {
            Err(Refusal::because(Code::NotFound, not_found(request)))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The sentence about an unknown id. The id itself (UUID v7) holds the time of the request.
fn not_found(id: Uuid) -> String {
    let made = id
        .get_timestamp()
        .map(|at| time::readable(i64::try_from(at.to_unix().0).unwrap_or_default()));
    let when = made.map_or_else(String::new, |made| {
        format!(" It was given on {made}; requests that were answered are not kept, and of refused ones the last 1,000.")
    });
    format!(
        "No token with this id is in the record of your organization, and no refused request.{when}"
    )
}

/// The ways in which this person may revoke a token and its viewer's other tokens.
async fn revocations(reader: &Reader, token_id: Uuid) -> Vec<RevokeButton> {
    let Reader { perch, acting, .. } = reader;
    let mut buttons = Vec::new();
    if perch.tokens.may_revoke_token(acting, token_id).await {
        buttons.push(RevokeButton {
            intent: format!("end-token:{token_id}"),
            label: "Revoke this token",
        });
    }
    if acting.can(Action::RevokeAnyTokens) {
        buttons.push(RevokeButton {
            intent: format!("end-viewer:{token_id}"),
            label: "Revoke all tokens of this viewer",
        });
    }
    buttons
}

/// The section with the typed values.
pub async fn typed(reader: &mut Reader, fields: &Fields) -> Result<IntrospectionState, Refusal> {
    Ok(IntrospectionState {
        pasted: reports::shown_again(value(fields, "token")).to_owned(),
        site: value(fields, "site").to_owned(),
        ..stored(reader, "").await?
    })
}

/// The section with a report about the typed token, id or code.
pub async fn examined(reader: &mut Reader, fields: &Fields) -> Result<IntrospectionState, Refusal> {
    let state = typed(reader, fields).await?;
    let pasted = value(fields, "token").trim();
    // A component prints the id like this.
    let pasted = pasted.strip_prefix("Reference:").map_or(pasted, str::trim);
    if reports::is_token_id(pasted) {
        return Ok(IntrospectionState {
            lookup: Some(look_up(reader, pasted).await?),
            ..state
        });
    }
    if let Some(code) = Code::parse(pasted) {
        return Ok(IntrospectionState {
            lookup: Some(reports::of_code(code)),
            ..state
        });
    }
    let tokens = &reader.perch.tokens;
    let found = tokens
        .inspect_token(&reader.acting, pasted, &state.site)
        .await?;
    // A token that is refused on this site only may be stolen, so it can be revoked.
    let by_site = |code| {
        matches!(
            code,
            Code::OriginNotAuthorized | Code::SandboxTokenOnProductionOrigin
        )
    };
    let valid = found
        .token
        .as_ref()
        .filter(|_| found.refused.is_none_or(by_site))
        .map(|token| token.token_id);
    let mut report = reports::of_token(found, &reader.acting, reader.now_seconds());
    if let Some(token_id) = valid {
        report.revocations = revocations(reader, token_id).await;
    }
    Ok(IntrospectionState {
        report: Some(report),
        ..state
    })
}

/// The section with a report about the typed text. Without one, the report is about `id`.
pub async fn reported(
    reader: &mut Reader,
    fields: &Fields,
    id: &str,
) -> Result<IntrospectionState, Refusal> {
    if value(fields, "token").trim().is_empty() {
        stored(reader, id).await
    } else {
        examined(reader, fields).await
    }
}
