//! Reading a body, no further than its limit.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use perch_domain::Code;
use perch_service::Refusal;
use std::time::Duration;

/// Bytes. The largest form of the console: a thousand rows of a list.
pub const FORM_LIMIT: usize = 1024 * 1024;
/// Fields of such a form: twenty in each row of the longest list.
pub const FORM_FIELDS: usize = 20_000;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The whole body.
///
/// # Errors
/// `BODY_TOO_LARGE`, told from the announced length before anything is read; `BODY_NOT_JSON` where it breaks off,
/// `REQUEST_TIMEOUT` where it takes too long.
pub async fn read_body(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    let Ok(collected) =
        tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, limit).collect()).await
    else {
        return Err(Code::RequestTimeout.into());
    };
    match collected {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => Err(too_large(limit)),
        Err(_) => Err(Code::BodyNotJson.into()),
    }
}

fn too_large(limit: usize) -> Refusal {
    Refusal::because(
        Code::BodyTooLarge,
        format!("The body is over {} KiB.", limit / 1024),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use std::convert::Infallible;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_told_so() {
        let slow = Body::from_stream(stream::unfold(0, |sent: u32| async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((Ok::<_, Infallible>("x"), sent + 1))
        }));
        let begun = tokio::time::Instant::now();
        let refused = read_body(&HeaderMap::new(), slow, FORM_LIMIT)
            .await
            .unwrap_err();
        assert_eq!(
            (refused.code, refused.code.status(), begun.elapsed()),
            (Code::RequestTimeout, 408, BODY_TIMEOUT)
        );
    }
}
