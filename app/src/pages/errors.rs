//! `/docs/errors`: the registry of error codes, for people.

use leptos::prelude::*;
use perch_domain::visitor_message::VisitorMessage;
use perch_domain::{Code, ViolationCode};

pub fn errors() -> AnyView {
    let codes = Code::ALL
        .iter()
        .map(|code| {
            entry(
                code.as_str(),
                if code.status() == 0 {
                    "in the browser only".to_owned()
                } else {
                    format!("HTTP {}", code.status())
                },
                code.message(),
                code.cause(),
                code.fix(),
                Some(VisitorMessage::about(*code).sentence()),
            )
        })
        .collect_view();
    let violations = ViolationCode::ALL
        .iter()
        .map(|code| {
            entry(
                code.as_str(),
                "violation".to_owned(),
                code.message(),
                code.cause(),
                code.fix(),
                None,
            )
        })
        .collect_view();
    view! {
        <h1>"Error codes"</h1>
        <p class="lead">"Every refusal carries one of these codes, a sentence and a request id. The id is also in the header " <code>"x-request-id"</code> "; whoever runs the server finds the request by it."</p>
        <pre class="code"><code>{EXAMPLE}</code></pre>
        <h2>"Why a request was refused"</h2>
        <div class="codes">{codes}</div>
        <h2>"What is wrong with a field"</h2>
        <p>"Inside " <code>"REQUEST_INVALID"</code> ", all of a request's faults at once."</p>
        <div class="codes">{violations}</div>
    }
    .into_any()
}

const EXAMPLE: &str = r#"{"code":"REQUEST_INVALID","message":"The attribute \"regoin\" is not declared. Did you mean region?",
 "requestId":"019a9f5e-…","violations":[{"field":"user.attributes.regoin","code":"ATTRIBUTE_UNKNOWN","message":"…"}]}"#;

fn entry(
    code: &'static str,
    status: String,
    message: &'static str,
    cause: &'static str,
    fix: &'static str,
    visitor: Option<&'static str>,
) -> AnyView {
    let visitor =
        visitor.map(|sentence| view! { <div><dt>"A visitor reads"</dt><dd>{sentence}</dd></div> });
    view! {
        <section class="card" id=code>
            <h3><code>{code}</code>" "<span class="meta">{status}</span></h3>
            <p>{message}</p>
            <dl><div><dt>"Usual cause"</dt><dd>{cause}</dd></div><div><dt>"What to do"</dt><dd>{fix}</dd></div>{visitor}</dl>
        </section>
    }
    .into_any()
}
