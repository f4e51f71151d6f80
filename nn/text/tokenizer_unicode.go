package text

import (
	"cmp"
	"slices"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// posix has the classes that patterns name in lower case, as [:alpha:] and \p{alpha}.
var posix = map[string]func(rune) bool{
	"alpha":  isAlphabetic,
	"digit":  isDecimal,
	"alnum":  func(r rune) bool { return isAlphabetic(r) || isDecimal(r) },
	"upper":  func(r rune) bool { return unicode.In(r, unicode.Lu, unicode.Other_Uppercase) },
	"lower":  func(r rune) bool { return unicode.In(r, unicode.Ll, unicode.Other_Lowercase) },
	"space":  unicode.IsSpace,
	"word":   isWord,
	"cntrl":  func(r rune) bool { return unicode.Is(unicode.Cc, r) },
	"punct":  func(r rune) bool { return unicode.Is(unicode.P, r) || r < 128 && unicode.Is(unicode.S, r) },
	"xdigit": func(r rune) bool { return unicode.Is(unicode.ASCII_Hex_Digit, r) },
}

func isDecimal(r rune) bool { return unicode.Is(unicode.Nd, r) }

// isAlphabetic is Unicode's property Alphabetic.
func isAlphabetic(r rune) bool {
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Other_Alphabetic)
}

// isWord is \w of the patterns in a file: letters, marks, numbers and connectors such as
// _.
func isWord(r rune) bool {
	if r < 128 {
		return r == '_' || '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return isAlphabetic(r) || unicode.In(r, unicode.M, unicode.N, unicode.Pc)
}

// isWordStrictly is \w of Unicode Technical Standard 18, which the pre-tokenizer
// Whitespace and added tokens use: of numbers it has decimal digits alone, and it has the
// joiners.
func isWordStrictly(r rune) bool {
	return isWord(r) && (!unicode.Is(unicode.No, r) || isAlphabetic(r)) || unicode.Is(unicode.Join_Control, r)
}

// isPunctuation is that of BERT: the marks of ASCII, $ and ^ among them, and category P.
func isPunctuation(r rune) bool {
	if r < 128 {
		return '!' <= r && r <= '~' && !isAlphabetic(r) && !isDecimal(r)
	}
	return unicode.Is(unicode.P, r)
}

// mark is a character of a decomposition with the span it came from.
type mark struct {
	r     rune
	at    span
	class uint8 // the canonical combining class
}

// normalForm is one of Unicode's normalization forms.
type normalForm struct{ form norm.Form }

// normalize decomposes, orders and composes (Unicode Standard Annex 15). What is composed
// has the spans of all its parts; marks that change places share one span.
func (n normalForm) normalize(a aligned) aligned {
	if n.form.IsNormalString(a.text) {
		return a
	}
	b := newBuilder(len(a.text))
	var pending []mark // from a character that starts a sequence on
	flush := func() {
		order(pending)
		if n.form == norm.NFC || n.form == norm.NFKC {
			pending = compose(pending)
		}
		end := 0
		for _, m := range pending {
			end = max(end, m.at.end) // spans never go back
			b.add(string(m.r), span{m.at.start, end})
		}
		pending = pending[:0]
	}
	a.rewrite(func(_ *builder, r rune, part aligned) {
		if part.text != string(r) { // not UTF-8
			flush()
			b.keep(part)
			return
		}
		if n.form.PropertiesString(part.text).BoundaryBefore() {
			flush()
		}
		for _, d := range n.decompose(part.text) {
			pending = append(pending, mark{d, part.span(), norm.NFD.PropertiesString(string(d)).CCC()})
		}
	})
	flush()
	return b.aligned()
}

// decompose returns the full decomposition of one character.
func (n normalForm) decompose(char string) []rune {
	if n.form == norm.NFC || n.form == norm.NFD {
		return []rune(norm.NFD.String(char))
	}
	return []rune(norm.NFKD.String(char))
}

// order sorts each run of marks by combining class and keeps the order within a class.
func order(marks []mark) {
	byClass := func(a, b mark) int { return cmp.Compare(a.class, b.class) }
	for i := 0; i < len(marks); {
		j := i + 1
		for j < len(marks) && marks[j].class > 0 {
			j++
		}
		run := marks[i:j]
		if run[0].class == 0 {
			run = run[1:]
		}
		if !slices.IsSortedFunc(run, byClass) {
			all := run[0].at.join(run[len(run)-1].at)
			slices.SortStableFunc(run, byClass)
			for k := range run {
				run[k].at = all
			}
		}
		i = j
	}
}

// compose joins a starter with the marks that it has a composite with.
func compose(marks []mark) []mark {
	out := marks[:0]
	starter, last := -1, uint8(0)
	for _, m := range marks {
		adjacent := starter == len(out)-1
		if starter >= 0 && (adjacent || last < m.class) {
			if r, ok := composite(out[starter].r, m.r); ok {
				out[starter].r, out[starter].at = r, out[starter].at.join(m.at)
				continue
			}
		}
		if last = m.class; m.class == 0 {
			starter = len(out)
		}
		out = append(out, m)
	}
	return out
}

// composite returns the one character that canonically equals two.
func composite(a, b rune) (rune, bool) {
	both := []rune(norm.NFC.String(string(a) + string(b)))
	return both[0], len(both) == 1
}
