package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normalizer rewrites a text before it is split.
type normalizer interface{ normalize(a aligned) aligned }

// normalizeWith is a normalizer that is a function.
type normalizeWith func(aligned) aligned

func (f normalizeWith) normalize(a aligned) aligned { return f(a) }

type normalizers []normalizer

func (n normalizers) normalize(a aligned) aligned {
	for _, one := range n {
		a = one.normalize(a)
	}
	return a
}

func readNormalizer(p part) (normalizer, error) {
	plain := func(n normalizer) func(part) (normalizer, error) {
		return func(part) (normalizer, error) { return n, nil }
	}
	return choose(p, map[string]func(part) (normalizer, error){
		"BertNormalizer": readBertNormalizer,
		"NFC":            plain(normalForm{norm.NFC}),
		"NFD":            plain(normalForm{norm.NFD}),
		"NFKC":           plain(normalForm{norm.NFKC}),
		"NFKD":           plain(normalForm{norm.NFKD}),
		"Lowercase":      plain(normalizeWith(lowercase)),
		"StripAccents":   plain(normalizeWith(func(a aligned) aligned { return a.filter(unless(true, unicode.IsMark)) })),
		"ByteLevel":      plain(normalizeWith(spellBytes)),
		"Replace":        readReplace,
		"Prepend":        readPrepend,
		"Strip":          readStrip,
		"Precompiled":    readPrecompiled,
		"Sequence": func(p part) (normalizer, error) {
			all, err := list(p, "normalizers", readNormalizer)
			return normalizers(all), err
		},
	})
}

// lowercase maps each character by itself. Only İ has a lower case of two characters.
func lowercase(a aligned) aligned {
	return a.rewrite(func(b *builder, r rune, part aligned) {
		lower := unicode.ToLower(r)
		switch {
		case r == 'İ':
			b.add("i\u0307", part.span())
		case lower != r:
			b.add(string(lower), part.span())
		default:
			b.keep(part)
		}
	})
}

// bertNormalizer is the cleaning that BERT's own tokenizer does.
type bertNormalizer struct{ clean, chinese, strip, lower bool }

func (n bertNormalizer) normalize(a aligned) aligned {
	if n.clean {
		a = a.rewrite(cleanRune)
	}
	if n.chinese {
		a = a.rewrite(func(b *builder, r rune, part aligned) {
			if !isCJK(r) {
				b.keep(part)
				return
			}
			b.add(" ", part.span())
			b.keep(part)
			b.add(" ", part.span())
		})
	}
	if n.strip {
		a = normalForm{norm.NFD}.normalize(a).filter(func(r rune) bool { return !unicode.Is(unicode.Mn, r) })
	}
	if n.lower {
		a = lowercase(a)
	}
	return a
}

// cleanRune drops controls and makes every white space a blank.
func cleanRune(b *builder, r rune, part aligned) {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		b.add(" ", part.span())
	case r == 0 || r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co):
	case unicode.IsSpace(r):
		b.add(" ", part.span())
	default:
		b.keep(part)
	}
}

// isCJK reports whether r is in the blocks that BERT sets apart, a character a word.
func isCJK(r rune) bool {
	for _, block := range [][2]rune{
		{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
		{0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF}, {0x2F800, 0x2FA1F},
	} {
		if block[0] <= r && r <= block[1] {
			return true
		}
	}
	return false
}

func readBertNormalizer(p part) (normalizer, error) {
	f := struct {
		Clean   bool  `json:"clean_text"`
		Chinese bool  `json:"handle_chinese_chars"`
		Strip   *bool `json:"strip_accents"`
		Lower   bool  `json:"lowercase"`
	}{true, true, nil, true}
	err := p.decode(&f)
	n := bertNormalizer{f.Clean, f.Chinese, f.Lower, f.Lower} // accents go with capitals
	if f.Strip != nil {
		n.strip = *f.Strip
	}
	return n, err
}

func readReplace(p part) (normalizer, error) {
	find, content, err := readReplacement(p)
	return normalizeWith(func(a aligned) aligned { return a.replace(find, content) }), err
}

func readReplacement(p part) (finder, string, error) {
	var f struct {
		Pattern patternFile `json:"pattern"`
		Content string      `json:"content"`
	}
	if err := p.decode(&f); err != nil {
		return nil, "", err
	}
	find, err := f.Pattern.finder(p)
	return find, f.Content, err
}

func readPrepend(p part) (normalizer, error) {
	var f struct {
		Prepend string `json:"prepend"`
	}
	err := p.decode(&f)
	return normalizeWith(func(a aligned) aligned { return a.prepend(f.Prepend) }), err
}

func readStrip(p part) (normalizer, error) {
	f := struct {
		Left  bool `json:"strip_left"`
		Right bool `json:"strip_right"`
	}{true, true}
	err := p.decode(&f)
	return normalizeWith(func(a aligned) aligned {
		if f.Left {
			n := len(strings.TrimLeftFunc(a.text, unicode.IsSpace))
			a = a.slice(len(a.text)-n, len(a.text))
		}
		if f.Right {
			a = a.slice(0, len(strings.TrimRightFunc(a.text, unicode.IsSpace)))
		}
		return a
	}), err
}
