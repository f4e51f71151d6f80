package heatmap

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads a color map from its source text: two to 512 colors separated by commas,
// each of 3 or 6 hexadecimal digits and optionally preceded by an index of 1 or 2
// hexadecimal digits and a colon.
//
//	00f,80:fff,f00        blue at 0, white at 0x80 = 128, red at 255
//	000,8:fff,8:f00,ff0   8 is short for 88; a repeated index is a hard edge
//
// Indices must not fall. A first color without index is at 0, a last one at 255. The
// others without index are spaced evenly, rounded down, between their neighbors with an
// index. A first color above 0 extends down to 0, a last one below 255 up to 255. Blanks
// around a number, a comma or a colon are ignored. An error names the column, counted in
// characters from 1.
func Parse(source string) (ColorMap, error) {
	p := parser{rest: source, column: 1}
	p.ahead = p.token()
	entries, err := p.entries()
	if err != nil {
		return ColorMap{}, fmt.Errorf("heatmap: color map %s: %w", quote(source), err)
	}
	return ColorMap{source: source, stops: place(entries)}, nil
}

// mostColors is the number of colors a map may have. A byte cannot distinguish more, even
// if all are hard edges.
const mostColors = 512

// A token is a run of letters and digits or any other single character. The empty token
// marks the end of the text.
type token struct {
	text   string
	column int
}

func isWord(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func (t token) String() string {
	if t.text == "" {
		return "the end"
	}
	return quote(t.text)
}

// quote quotes at most 100 bytes of a text for an error.
func quote(text string) string {
	const most = 100
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most-3], "") + "..."
	}
	return strconv.Quote(text)
}

// An entry is a color as written. Its index is -1 if the source has none.
type entry struct {
	index int
	rgb   [3]uint8
}

// A parser knows one token ahead.
type parser struct {
	rest   string // after the token ahead
	column int    // where rest begins
	ahead  token
}

// token removes the first token from the rest, with the blanks before it.
func (p *parser) token() token {
	for p.rest != "" {
		n := len(p.rest) - len(strings.TrimLeftFunc(p.rest, isWord))
		if n == 0 {
			_, n = utf8.DecodeRuneInString(p.rest)
		}
		t := token{p.rest[:n], p.column}
		p.column += utf8.RuneCountInString(t.text)
		if p.rest = p.rest[n:]; strings.TrimSpace(t.text) != "" {
			return t
		}
	}
	return token{"", p.column}
}

func (p *parser) next() token {
	t := p.ahead
	p.ahead = p.token()
	return t
}

func (p *parser) entries() ([]entry, error) {
	var list []entry
	floor := 0
	for {
		e, err := p.entry(floor)
		if err != nil {
			return nil, err
		}
		list, floor = append(list, e), max(floor, e.index)
		switch t := p.next(); {
		case t.text == "" && len(list) < 2:
			return nil, fmt.Errorf("column %d: the map ends after one color, want at least two", t.column)
		case t.text == "":
			return list, nil
		case len(list) == mostColors:
			return nil, fmt.Errorf("column %d: the map goes on after %d colors, the most it can have", t.column, mostColors)
		case t.text != ",":
			return nil, fmt.Errorf("column %d: found %v after a color, want a comma or the end", t.column, t)
		}
	}
}

// entry reads "rgb" or "index:rgb" with an index of at least floor.
func (p *parser) entry(floor int) (entry, error) {
	first := p.next()
	if p.ahead.text != ":" {
		rgb, err := first.color()
		return entry{-1, rgb}, err
	}
	index, err := first.index()
	if err != nil {
		return entry{}, err
	}
	if index < floor {
		return entry{}, fmt.Errorf("column %d: index %02x is below the index %02x before it", first.column, index, floor)
	}
	p.next() // the colon
	rgb, err := p.next().color()
	return entry{index, rgb}, err
}

func (t token) index() (int, error) {
	v, err := strconv.ParseUint(t.text, 16, 8)
	if err != nil || len(t.text) > 2 {
		return 0, fmt.Errorf("column %d: found %v before a colon, want an index of 1 or 2 hexadecimal digits", t.column, t)
	}
	if len(t.text) == 1 {
		v *= 0x11
	}
	return int(v), nil
}

func (t token) color() (rgb [3]uint8, err error) {
	v, err := strconv.ParseUint(t.text, 16, 24)
	switch {
	case err == nil && len(t.text) == 3:
		return [3]uint8{uint8(v>>8) * 0x11, uint8(v>>4&15) * 0x11, uint8(v&15) * 0x11}, nil
	case err == nil && len(t.text) == 6:
		return [3]uint8{uint8(v >> 16), uint8(v >> 8), uint8(v)}, nil
	}
	return rgb, fmt.Errorf("column %d: found %v, want a color of 3 or 6 hexadecimal digits", t.column, t)
}

// place gives every entry its index.
func place(entries []entry) []stop {
	last := len(entries) - 1
	stops := make([]stop, len(entries))
	for i, e := range entries {
		stops[i] = stop(e)
	}
	if stops[0].index < 0 {
		stops[0].index = 0
	}
	if stops[last].index < 0 {
		stops[last].index = 255
	}
	for from := 0; from < last; {
		to := from + 1
		for stops[to].index < 0 {
			to++
		}
		for i := from + 1; i < to; i++ {
			t := float64(i-from) / float64(to-from)
			lo, hi := float64(stops[from].index), float64(stops[to].index)
			// Zennit's arithmetic: a whole number may come out a little lower, so
			// 20:00f,f00,0f0,e0:ff0 has 0f0 at 159.
			stops[i].index = max(stops[i-1].index, int(float64(lo*(1-t))+float64(hi*t)))
		}
		from = to
	}
	return stops
}
