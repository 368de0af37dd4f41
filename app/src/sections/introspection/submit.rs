//! Introspects a token, and revokes tokens.

use super::read::{examined, reported};
use super::state::IntrospectionState;
use crate::components::Confirm;
use crate::sections::fields::intent;
use crate::sections::reader::Reader;
use crate::sections::section::SectionUpdate;
use crate::sections::words::counted;
use crate::wire::Fields;
use perch_domain::Code;
use perch_service::{Refusal, TokenRevocationPreview, TokenSelection};
use uuid::Uuid;

pub async fn submit(
    reader: &mut Reader,
    fields: &Fields,
) -> Result<SectionUpdate<IntrospectionState>, Refusal> {
    let selection = |verb: &str, id: &str| {
        let id = Uuid::parse_str(id).map_err(|_| Refusal::from(Code::NotFound))?;
        Ok::<_, Refusal>(if verb.starts_with("end-viewer") {
            TokenSelection::ViewerOf(id)
        } else {
            TokenSelection::Token(id)
        })
    };
    match intent(fields) {
        (verb @ ("end-token" | "end-viewer"), id) => {
            let preview = reader
                .perch
                .tokens
                .preview_token_revocation(&reader.acting, selection(verb, id)?)
                .await?;
            let mut state = reported(reader, fields, id).await?;
            state.confirm = Some(confirmation(&preview, format!("{verb}-sure:{id}")));
            Ok(SectionUpdate::shown(state, "introspection-feedback"))
        }
        (verb @ ("end-token-sure" | "end-viewer-sure"), id) => {
            let revoked = reader
                .perch
                .tokens
                .revoke_tokens(&reader.acting, selection(verb, id)?)
                .await?;
            reader.forget();
            let mut state = reported(reader, fields, id).await?;
            state.outcome.done = Some(done(&revoked));
            Ok(SectionUpdate::shown(state, "introspection-feedback"))
        }
        _ => Ok(SectionUpdate::shown(
            examined(reader, fields).await?,
            "introspection-result",
        )),
    }
}

/// The question before tokens are revoked.
fn confirmation(preview: &TokenRevocationPreview, intent: String) -> Confirm {
    let effect = "Whoever looks at an embed with it sees it stop within a second. Their page may fetch a new token.";
    let (headline, verb) = match preview.ending {
        TokenSelection::Token(_) => (
            format!("This token of {} will end.", preview.whose),
            "Revoke this token".to_owned(),
        ),
        _ => (
            format!(
                "{} of {} will end, of every API key.",
                counted(preview.live_tokens, "live token", true),
                preview.whose
            ),
            format!(
                "Revoke {}",
                counted(preview.live_tokens, "live token", false)
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

/// The sentence after tokens were revoked.
fn done(revoked: &TokenRevocationPreview) -> String {
    match revoked.ending {
        TokenSelection::Token(_) => {
            "Revoked. The token is refused everywhere within a second.".to_owned()
        }
        _ => format!(
            "Revoked {} of {}. They are refused everywhere within a second.",
            counted(revoked.live_tokens, "live token", false),
            revoked.whose
        ),
    }
}
