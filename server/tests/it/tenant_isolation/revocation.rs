//! Tokens, keys and refused requests of another organization.

use super::*;

/// Their tokens, keys and refused requests by id, in everything that ends or finds something.
pub(super) async fn ends_nothing_of_theirs(
    app: &TestApp,
    bob: &Client,
    own_key: &str,
    tokens: [&str; 2],
    keys: [&str; 2],
    token: &str,
) {
    let works = async || {
        app.nobody()
            .session(token, "https://secret-shop.test")
            .await
            .status
    };
    assert_eq!(works().await, 200);
    let turned = app.nobody().session(token, "https://stranger.test").await;
    let refused = turned.header("x-request-id");
    let told = |id: &str| {
        let id = id.to_owned();
        async move {
            bob.call("introspect-token", &[("token", &id)]).await.json()["message"]
                .as_str()
                .unwrap_or_default()
                .split(" It was given")
                .next()
                .unwrap()
                .to_owned()
        }
    };
    assert_eq!(told(refused).await, told(tokens[1]).await);
    assert!(
        !bob.get("/settings/embed")
            .await
            .text
            .contains("stranger.test"),
        "their refused sites"
    );
    for id in tokens {
        for verb in [
            "end-token",
            "end-token-sure",
            "end-viewer",
            "end-viewer-sure",
        ] {
            let answer = bob
                .call(
                    "introspect-token",
                    &[("token", "x"), ("intent", &format!("{verb}:{id}"))],
                )
                .await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (404, "NOT_FOUND"),
                "{verb}"
            );
        }
        assert_eq!(
            app.nobody()
                .revoke(own_key, &format!("{{\"tokenId\":\"{id}\"}}"))
                .await
                .code(),
            "NOT_FOUND"
        );
    }
    for id in keys {
        let path = format!("/account/keys/{id}/end-tokens");
        assert_eq!(
            [
                bob.get(&path).await.status,
                bob.form(&path, &[]).await.status
            ],
            [404, 404]
        );
    }
    for body in ["{\"distinctId\":\"user-1\"}", "{\"all\":true}"] {
        assert_eq!(app.nobody().revoke(own_key, body).await.status, 200);
    }
    assert_eq!(
        bob.form("/account/end-tokens", &[]).await.status,
        303,
        "everything of his own"
    );
    assert_eq!(works().await, 200, "and nothing of theirs");
}
