// cargo add ureq serde_json
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let body = r#"PERCH_REQUEST_BODY"#;
    let mut answer = ureq::post("https://perch.example.com/embed/generate-token")
        .config()
        .http_status_as_error(false)
        .build()
        .header("x-api-key", std::env::var("PERCH_API_KEY")?)
        .header("content-type", "application/json")
        .send(body)?;
    let text = answer.body_mut().read_to_string()?;
    if answer.status() != 200 {
        return Err(text.into());
    }
    let minted: serde_json::Value = serde_json::from_str(&text)?;
    println!("{}", minted["token"].as_str().unwrap_or_default());
    Ok(())
}
