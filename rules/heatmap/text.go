package heatmap

import (
	"fmt"
	"html"
	"image/color"
	"math"
	"strings"
	"unicode"
)

// Text is a text of tokens with the relevance of each. Map and Level say how numbers become
// colors, as in an image; with Symmetric, 0 has the middle color. Grid is not used. It is an
// error if there are not as many numbers as tokens, or if one is NaN or infinite.
type Text struct {
	Config
	Tokens    []string
	Relevance []float64
}

// HTML returns the text as HTML, each token on a background of the color of its relevance,
// with the number as its title. It is one element of phrasing content, with all styles in
// it, and safe whatever the tokens are.
func (t Text) HTML() (string, error) {
	colors, err := t.colors()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(`<span style="white-space:pre-wrap">`)
	for i, token := range t.Tokens {
		fmt.Fprintf(&b, `<span style="background:#%02x%02x%02x;color:%s" title="%.4g">%s</span>`,
			colors[i].R, colors[i].G, colors[i].B, readableOn(colors[i]), t.Relevance[i], html.EscapeString(visible(token)))
	}
	b.WriteString("</span>")
	return b.String(), nil
}

// Terminal returns the text for a terminal with 24-bit colors, each token on the color of
// its relevance. Control characters in tokens are shown as a dot, but for line feeds.
func (t Text) Terminal() (string, error) {
	colors, err := t.colors()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, token := range t.Tokens {
		black := 0
		if readableOn(colors[i]) == "#fff" {
			black = 255
		}
		on := fmt.Sprintf("\x1b[48;2;%d;%d;%d;38;2;%d;%d;%dm", colors[i].R, colors[i].G, colors[i].B, black, black, black)
		for k, line := range strings.Split(visible(token), "\n") {
			if k > 0 {
				b.WriteByte('\n')
			}
			if line != "" {
				b.WriteString(on + line + "\x1b[0m") // a color does not go past the end of a line
			}
		}
	}
	return b.String(), nil
}

// Plain returns the text without colors: after each token whose relevance is at least a tenth
// of the largest, as a magnitude, it has that relevance in percent of the largest, as in
// Lily[+100]. Control characters are as in [Text.Terminal].
func (t Text) Plain() (string, error) {
	if _, err := t.colors(); err != nil {
		return "", err
	}
	most := 0.0
	for _, r := range t.Relevance {
		most = max(most, math.Abs(r))
	}
	var b strings.Builder
	for i, token := range t.Tokens {
		text := visible(token)
		end := strings.TrimRight(text, " \n")
		b.WriteString(end)
		if share := t.Relevance[i] / most; most > 0 && math.Abs(share) >= 0.1 {
			fmt.Fprintf(&b, "[%+.0f]", 100*share)
		}
		b.WriteString(text[len(end):])
	}
	return b.String(), nil
}

// colors are those of the tokens.
func (t Text) colors() ([]color.NRGBA, error) {
	if len(t.Tokens) != len(t.Relevance) {
		return nil, fmt.Errorf("heatmap: %d tokens and %d numbers: give one number for each token", len(t.Tokens), len(t.Relevance))
	}
	if len(t.Tokens) == 0 {
		return nil, nil
	}
	t.Grid = nil
	img, err := t.Image(t.Relevance, []int{1, len(t.Relevance)})
	if err != nil {
		return nil, err
	}
	out := make([]color.NRGBA, len(t.Tokens))
	for i := range out {
		out[i] = color.NRGBAModel.Convert(img.At(i, 0)).(color.NRGBA)
	}
	return out, nil
}

// readableOn is black or white, whichever is easier to read on a color.
func readableOn(c color.NRGBA) string {
	if 299*int(c.R)+587*int(c.G)+114*int(c.B) < 128*1000 {
		return "#fff"
	}
	return "#000"
}

// visible is a token without control characters, which could change what a terminal shows.
func visible(token string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return '·'
		}
		return r
	}, strings.ToValidUTF8(token, "·"))
}
