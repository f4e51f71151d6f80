package heatmap

import (
	"fmt"
	"html"
	"image/color"
	"math"
	"strings"
	"unicode"
)

// HTML returns text as HTML, each token on a background of the color of its relevance, with
// the number as its title. It is one element of phrasing content, with all styles in it,
// and safe whatever the tokens are. Config.Map is the color map; with Symmetric, 0 has the
// middle color. It is an error if there are not as many numbers as tokens, or if one is NaN
// or infinite.
func (c Config) HTML(tokens []string, relevance []float64) (string, error) {
	colors, err := c.colorsOf(tokens, relevance)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(`<span style="white-space:pre-wrap">`)
	for i, token := range tokens {
		fmt.Fprintf(&b, `<span style="background:#%02x%02x%02x;color:%s" title="%.4g">%s</span>`,
			colors[i].R, colors[i].G, colors[i].B, readableOn(colors[i]), relevance[i], html.EscapeString(visible(token)))
	}
	b.WriteString("</span>")
	return b.String(), nil
}

// Terminal returns text for a terminal with 24-bit colors, each token on the color of its
// relevance. Control characters in tokens are shown as a dot, but for line feeds. The
// errors are those of [Config.HTML].
func (c Config) Terminal(tokens []string, relevance []float64) (string, error) {
	colors, err := c.colorsOf(tokens, relevance)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, token := range tokens {
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

// Plain returns text without colors: after each token whose relevance is at least a tenth
// of the largest, as a magnitude, it has that relevance in percent of the largest, as in
// Lily[+100]. Control characters and errors are as in [Config.Terminal].
func (c Config) Plain(tokens []string, relevance []float64) (string, error) {
	if _, err := c.colorsOf(tokens, relevance); err != nil {
		return "", err
	}
	most := 0.0
	for _, r := range relevance {
		most = max(most, math.Abs(r))
	}
	var b strings.Builder
	for i, token := range tokens {
		text := visible(token)
		end := strings.TrimRight(text, " \n")
		b.WriteString(end)
		if share := relevance[i] / most; most > 0 && math.Abs(share) >= 0.1 {
			fmt.Fprintf(&b, "[%+.0f]", 100*share)
		}
		b.WriteString(text[len(end):])
	}
	return b.String(), nil
}

// colorsOf are the colors of tokens.
func (c Config) colorsOf(tokens []string, relevance []float64) ([]color.NRGBA, error) {
	if len(tokens) != len(relevance) {
		return nil, fmt.Errorf("heatmap: %d tokens and %d numbers: give one number for each token", len(tokens), len(relevance))
	}
	if len(tokens) == 0 {
		return nil, nil
	}
	c.Grid = nil
	img, err := c.Image(relevance, []int{1, len(relevance)})
	if err != nil {
		return nil, err
	}
	out := make([]color.NRGBA, len(tokens))
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
