<?php
$body = <<<'JSON'
PERCH_REQUEST_BODY
JSON;

$answer = file_get_contents("https://perch.example.com/embed/generate-token", false, stream_context_create([
    "http" => [
        "method" => "POST",
        "header" => "x-api-key: " . getenv("PERCH_API_KEY") . "\r\ncontent-type: application/json",
        "content" => $body,
        "ignore_errors" => true,
    ],
]));
$minted = json_decode($answer, true);
if (!isset($minted["token"])) {
    fwrite(STDERR, $answer);
    exit(1);
}
echo $minted["token"], "\n";
