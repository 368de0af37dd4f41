package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

const body = `PERCH_REQUEST_BODY`

func main() {
	request, err := http.NewRequest("POST", "https://perch.example.com/embed/generate-token", strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	request.Header.Set("x-api-key", os.Getenv("PERCH_API_KEY"))
	request.Header.Set("content-type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 200 {
		panic(string(text))
	}
	var minted struct{ Token string }
	if err := json.Unmarshal(text, &minted); err != nil {
		panic(err)
	}
	fmt.Println(minted.Token)
}
