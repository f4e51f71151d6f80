package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// gptPattern is the pattern of GPT-2 for words: contractions, letters, digits, other
// characters, each with a blank in front, and blanks (Radford et al., "Language Models
// are Unsupervised Multitask Learners", 2019).
const gptPattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

// byteRune returns the character that stands for a byte in a byte-level vocabulary. The
// printable characters of Latin-1 stand for themselves. The others are moved, in order,
// to 256 and up.
func byteRune(b byte) rune {
	switch {
	case isShown(b):
		return rune(b)
	case b <= ' ':
		return movedLow + rune(b)
	case b <= 0xA0:
		return movedHigh + rune(b) - 0x7F
	}
	return movedHyphen
}

const (
	movedLow    = 256                         // of 0
	blankRune   = movedLow + ' '              // Ġ
	movedHigh   = blankRune + 1               // of 0x7F
	movedHyphen = movedHigh + 0xA0 - 0x7F + 1 // of 0xAD, the soft hyphen
)

func isShown(b byte) bool {
	return '!' <= b && b <= '~' || 0xA1 <= b && b != 0xAD
}

// runeByte is the inverse of byteRune.
func runeByte(r rune) (byte, bool) {
	switch {
	case r < movedLow:
		return byte(r), isShown(byte(r))
	case r < movedHigh:
		return byte(r - movedLow), true
	case r < movedHyphen:
		return byte(r - movedHigh + 0x7F), true
	}
	return 0xAD, r == movedHyphen
}

// spellBytes puts the character of each byte in its place.
func spellBytes(a aligned) aligned {
	b := newBuilder(2 * len(a.text))
	for i := range len(a.text) {
		b.add(string(byteRune(a.text[i])), a.from[i])
	}
	return b.aligned()
}

// byteLevel splits by the pattern of GPT-2 and spells the bytes.
type byteLevel struct {
	pattern finder // nil: no split
	blank   bool   // a blank goes to the front
}

func (t byteLevel) split(a aligned) []aligned {
	if t.blank && !strings.HasPrefix(a.text, " ") {
		a = a.prepend(" ")
	}
	words := []aligned{a}
	if t.pattern != nil {
		words = splitter{find: t.pattern, behaviour: isolated}.split(a)
	}
	for i, w := range words {
		words[i] = spellBytes(w)
	}
	return words
}

// byteLevelFile is ByteLevel as a pre-tokenizer and as a post-processor.
type byteLevelFile struct {
	Blank   bool `json:"add_prefix_space"`
	Pattern bool `json:"use_regex"`
	Trim    bool `json:"trim_offsets"`
}

func readByteLevel(p part) (preTokenizer, error) {
	f := byteLevelFile{true, true, true}
	if err := p.decode(&f); err != nil || !f.Pattern {
		return byteLevel{nil, f.Blank}, err
	}
	prog, err := compile(gptPattern)
	return byteLevel{prog, f.Blank}, err
}

// trimmed narrows the span of a token to what is not blank. A blank that was put to the
// front has no place in the input, so only blanks that the input has are taken away.
func (f byteLevelFile) trimmed(input string, i int, t Token) Token {
	isBlank := func(r rune) bool { return r == blankRune || unicode.IsSpace(r) }
	leading := utf8.RuneCountInString(t.Piece) - utf8.RuneCountInString(strings.TrimLeftFunc(t.Piece, isBlank))
	trailing := utf8.RuneCountInString(t.Piece) - utf8.RuneCountInString(strings.TrimRightFunc(t.Piece, isBlank))
	first := f.Blank && (i == 0 || t.Start == 0)  // a blank was put in front, as a rule
	if strings.TrimFunc(t.Piece, isBlank) == "" { // it stands for no character that shows
		if first {
			t.End = t.Start
		}
		t.Start = t.End
		return t
	}
	if first && leading > 0 {
		leading--
	}
	text := input[t.Start:t.End]
	t.Start += min(leading, len(text)-len(strings.TrimLeft(text, " ")))
	t.End -= min(trailing, len(text)-len(strings.TrimRight(text, " ")))
	return t
}
