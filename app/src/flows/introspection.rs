//! Token Introspection: a token is read, or something is found by its id; and tokens are ended before their time.

use super::Turn;
use crate::forms;
use crate::model::{Confirm, EndingButton, IntrospectionState, Outcome, Record};
use crate::present;
use crate::wire::{Fields, WireError};
use perch_domain::{Action, Code, time};
use perch_service::{ActorContext, Perch, Refusal, TokenRevocationPreview, TokenSelection};
use uuid::Uuid;

/// The section as it opens; with the id of a token or a request, what is known of that.
pub async fn stored(
    perch: &Perch,
    acting: &ActorContext,
    id: &str,
) -> Result<IntrospectionState, Refusal> {
    let sites = present::sites(perch, acting).await?;
    let mut state = IntrospectionState {
        sites,
        ..IntrospectionState::default()
    };
    if !id.is_empty() {
        match found(perch, acting, id).await {
            Ok(record) => state.record = Some(record),
            Err(refusal) => {
                state.outcome.problem =
                    Some(crate::api::wire_error(refusal, acting.request.id.clone()));
            }
        }
    }
    Ok(state)
}

/// What is known by an id: of a token, or of a refused request.
async fn found(perch: &Perch, acting: &ActorContext, id: &str) -> Result<Record, Refusal> {
    let unknown = match perch.tokens.token_record(acting, id).await {
        Err(refusal) if refusal.code() == Code::NotFound => refusal,
        Err(refusal) => return Err(refusal.into()),
        Ok(token) => {
            let endings = if token.refused.is_none() {
                endings(perch, acting, token.token_id).await
            } else {
                Vec::new()
            };
            return Ok(Record {
                endings,
                ..present::record(token, perch.system.now())
            });
        }
    };
    let Ok(request) = Uuid::parse_str(id.trim()) else {
        return Err(unknown.into());
    };
    match perch.tokens.refused_request(acting, request).await {
        Ok(refused) => {
            let token = refused.token_id;
            let mut record = present::refused_request(refused, acting, perch.system.now());
            if let Some(token_id) = token
                && perch
                    .tokens
                    .token_record(acting, &token_id.to_string())
                    .await
                    .is_ok_and(|token| token.refused.is_none())
            {
                record.endings = endings(perch, acting, token_id).await;
            }
            Ok(record)
        }
        Err(refusal) if refusal.code() == Code::NotFound => {
            Err(Refusal::because(Code::NotFound, nothing(request)))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Nothing is kept under this id; the id itself tells when it was made (UUID v7).
fn nothing(id: Uuid) -> String {
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

/// How this person may end this token and its like.
async fn endings(perch: &Perch, acting: &ActorContext, token_id: Uuid) -> Vec<EndingButton> {
    let mut endings = Vec::new();
    if perch.tokens.may_revoke_token(acting, token_id).await {
        endings.push((format!("end-token:{token_id}"), "Revoke this token"));
    }
    if acting.can(Action::RevokeAnyTokens) {
        endings.push((
            format!("end-viewer:{token_id}"),
            "Revoke all tokens of this viewer",
        ));
    }
    endings
}

async fn typed(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<IntrospectionState, Refusal> {
    Ok(IntrospectionState {
        pasted: present::shown_again(forms::value(fields, "token")).to_owned(),
        site: forms::value(fields, "site").to_owned(),
        ..stored(perch, acting, "").await?
    })
}

/// The section with what the field holds read or found.
async fn read(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<IntrospectionState, Refusal> {
    let state = typed(perch, acting, fields).await?;
    let pasted = forms::value(fields, "token").trim();
    // As a component prints it.
    let pasted = pasted.strip_prefix("Reference:").map_or(pasted, str::trim);
    // An id is no token, but it finds the record of one.
    if present::is_token_id(pasted) {
        return Ok(IntrospectionState {
            record: Some(found(perch, acting, pasted).await?),
            ..state
        });
    }
    if let Some(code) = Code::parse(pasted) {
        return Ok(IntrospectionState {
            record: Some(present::code(code)),
            ..state
        });
    }
    let read = perch
        .tokens
        .inspect_token(acting, pasted, &state.site)
        .await?;
    // Refused on this site, it may be stolen; that is no reason to let it live.
    let by_site = |code| {
        matches!(
            code,
            Code::OriginNotAuthorized | Code::SandboxTokenOnProductionOrigin
        )
    };
    let valid = read
        .token
        .as_ref()
        .filter(|_| read.refused.is_none_or(by_site))
        .map(|token| token.token_id);
    let mut reading = present::reading(read, acting, perch.system.now());
    if let Some(token_id) = valid {
        reading.endings = endings(perch, acting, token_id).await;
    }
    Ok(IntrospectionState {
        reading: Some(reading),
        ..state
    })
}

pub async fn submit(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
) -> Result<Turn<IntrospectionState>, Refusal> {
    let ending = |verb: &str, id: &str| {
        let id = Uuid::parse_str(id).map_err(|_| Refusal::from(Code::NotFound))?;
        Ok::<_, Refusal>(if verb.starts_with("end-viewer") {
            TokenSelection::ViewerOf(id)
        } else {
            TokenSelection::Token(id)
        })
    };
    match forms::intent(fields) {
        (verb @ ("end-token" | "end-viewer"), id) => {
            let preview = perch
                .tokens
                .preview_token_revocation(acting, ending(verb, id)?)
                .await?;
            let mut state = of(perch, acting, fields, id).await?;
            state.confirm = Some(ask(&preview, format!("{verb}-sure:{id}")));
            Ok(Turn::show(state, "introspection-feedback"))
        }
        (verb @ ("end-token-sure" | "end-viewer-sure"), id) => {
            let ended = perch
                .tokens
                .revoke_tokens(acting, ending(verb, id)?)
                .await?;
            let mut state = of(perch, acting, fields, id).await?;
            state.outcome.done = Some(done(&ended));
            Ok(Turn::show(state, "introspection-feedback"))
        }
        _ => Ok(Turn::show(
            read(perch, acting, fields).await?,
            "introspection-result",
        )),
    }
}

/// The section with what the field holds, or, opened by a link, with what the button is about.
async fn of(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
    id: &str,
) -> Result<IntrospectionState, Refusal> {
    if forms::value(fields, "token").trim().is_empty() {
        stored(perch, acting, id).await
    } else {
        read(perch, acting, fields).await
    }
}

fn ask(preview: &TokenRevocationPreview, intent: String) -> Confirm {
    let effect = "Whoever looks at an embed with it sees it stop within a second. Their page may fetch a new token.";
    let (headline, verb) = match preview.ending {
        TokenSelection::Token(_) => (
            format!("This token of {} will end.", preview.whose),
            "Revoke this token".to_owned(),
        ),
        _ => (
            format!(
                "{} of {} will end, of every API key.",
                present::counted(preview.live_tokens, "live token", true),
                preview.whose
            ),
            format!(
                "Revoke {}",
                present::counted(preview.live_tokens, "live token", false)
            ),
        ),
    };
    Confirm {
        headline,
        consequences: vec![(verb.clone(), effect.to_owned())],
        stay: "Cancel",
        field: ("intent", intent),
        verb,
    }
}

fn done(ended: &TokenRevocationPreview) -> String {
    match ended.ending {
        TokenSelection::Token(_) => {
            "Revoked. The token is refused everywhere within a second.".to_owned()
        }
        _ => format!(
            "Revoked {} of {}. They are refused everywhere within a second.",
            present::counted(ended.live_tokens, "live token", false),
            ended.whose
        ),
    }
}

pub async fn refused(
    perch: &Perch,
    acting: &ActorContext,
    fields: &Fields,
    problem: WireError,
) -> Result<IntrospectionState, Refusal> {
    let state = typed(perch, acting, fields).await?;
    Ok(IntrospectionState {
        outcome: Outcome {
            problem: Some(problem),
            done: None,
        },
        ..state
    })
}
