// .NET 8 or later, as Program.cs.
using System.Net.Http.Headers;
using System.Text.Json;

var body = """
PERCH_REQUEST_BODY
""";

using var client = new HttpClient();
client.DefaultRequestHeaders.Add("x-api-key", Environment.GetEnvironmentVariable("PERCH_API_KEY"));
var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
var answer = await client.PostAsync("https://perch.example.com/embed/generate-token", content);
var text = await answer.Content.ReadAsStringAsync();
if (!answer.IsSuccessStatusCode) throw new Exception(text);
Console.WriteLine(JsonDocument.Parse(text).RootElement.GetProperty("token").GetString());
