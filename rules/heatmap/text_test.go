package heatmap_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/rules/heatmap"
)

var story = []string{"Lily", " found", " a", " ball", ".", "\n"}

func ExampleText_Plain() {
	text, err := heatmap.Text{Config: heatmap.Config{Symmetric: true}, Tokens: story, Relevance: []float64{2, 0.1, 0, -0.5, 0, 0}}.Plain()
	fmt.Println(text, err)
	// Output:
	// Lily[+100] found a ball[-25].
	//  <nil>
}

func ExampleText_HTML() {
	text, err := heatmap.Text{Config: heatmap.Config{Symmetric: true}, Tokens: []string{"<b>", " ball"}, Relevance: []float64{-1, 1}}.HTML()
	fmt.Println(text, err)
	// Output:
	// <span style="white-space:pre-wrap"><span style="background:#0000ff;color:#fff" title="-1">&lt;b&gt;</span><span style="background:#ff0000;color:#fff" title="1"> ball</span></span> <nil>
}

// No token changes what a terminal does, or ends an element of HTML.
func TestTokensAreHarmless(t *testing.T) {
	tokens := []string{"\x1b[2J", "</span><script>", "a\x00b\r", "\u202eabc", "\xff", "", "x\ny"}
	relevance := []float64{1, 2, 3, 4, 5, 6, 7}
	c := heatmap.Text{Tokens: tokens, Relevance: relevance}
	shown, err := c.Terminal()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(shown, "\x1b["); n != 2*7 || strings.ContainsAny(shown, "\x00\r\u202e") {
		t.Errorf("%d escapes in %q", n, shown)
	}
	page, err := c.HTML()
	if err != nil || strings.Count(page, "<") != 2*8 || strings.Contains(page, "script>") {
		t.Errorf("got %q, %v", page, err)
	}
	plain, err := c.Plain()
	if err != nil || strings.ContainsAny(plain, "\x1b\x00\r\u202e") || !strings.Contains(plain, "x\ny[+100]") {
		t.Errorf("got %q, %v", plain, err)
	}
}

// The colors are those of an image of the numbers.
func TestTokenColors(t *testing.T) {
	shown, err := heatmap.Text{Config: heatmap.Config{Symmetric: true}, Tokens: []string{"a", "b", "c"}, Relevance: []float64{-2, 0, 2}}.Terminal()
	want := "\x1b[48;2;0;0;255;38;2;255;255;255ma\x1b[0m\x1b[48;2;253;253;255;38;2;0;0;0mb\x1b[0m\x1b[48;2;255;0;0;38;2;255;255;255mc\x1b[0m"
	if err != nil || shown != want {
		t.Errorf("got  %q, %v\nwant %q", shown, err, want)
	}
}

func TestTokenErrors(t *testing.T) {
	for _, form := range []func(heatmap.Text) (string, error){heatmap.Text.HTML, heatmap.Text.Terminal, heatmap.Text.Plain} {
		f := func(tokens []string, relevance []float64) (string, error) {
			return form(heatmap.Text{Tokens: tokens, Relevance: relevance})
		}
		if _, err := f(story, []float64{1}); err == nil || !strings.Contains(err.Error(), "6 tokens and 1 numbers: give one number for each token") {
			t.Errorf("got %v", err)
		}
		if _, err := f([]string{"a"}, []float64{math.NaN()}); err == nil {
			t.Error("NaN has a color")
		}
		if text, err := f(nil, nil); err != nil || strings.Contains(text, "title") {
			t.Errorf("got %q, %v", text, err)
		}
		if _, err := f([]string{"a", "b"}, []float64{0, 0}); err != nil {
			t.Error(err)
		}
	}
}
