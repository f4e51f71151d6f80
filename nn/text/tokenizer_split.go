package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// preTokenizer splits a text into words. Words that are empty are dropped.
type preTokenizer interface{ split(a aligned) []aligned }

type preTokenizers []preTokenizer

func (all preTokenizers) split(a aligned) []aligned {
	words := []aligned{a}
	for _, one := range all {
		var next []aligned
		for _, w := range words {
			next = append(next, one.split(w)...)
		}
		words = next
	}
	return words
}

// literal finds a string.
type literal string

func (l literal) cut(text string) []cut {
	if l == "" {
		return []cut{{span{0, len(text)}, false}}
	}
	var out []cut
	for done := 0; done < len(text); {
		i := strings.Index(text[done:], string(l))
		if i < 0 {
			return append(out, cut{span{done, len(text)}, false})
		}
		if i > 0 {
			out = append(out, cut{span{done, done + i}, false})
		}
		done += i + len(l)
		out = append(out, cut{span{done - len(l), done}, true})
	}
	return out
}

// runes finds single characters.
type runes func(rune) bool

func (f runes) cut(text string) []cut {
	var out []cut
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		match := f(r)
		if k := len(out) - 1; k >= 0 && !match && !out[k].match {
			out[k].end = i + size
		} else {
			out = append(out, cut{span{i, i + size}, match})
		}
		i += size
	}
	return out
}

// behaviour says what becomes of the matches of a split.
type behaviour string

const (
	removed      behaviour = "Removed"
	isolated     behaviour = "Isolated"
	withPrevious behaviour = "MergedWithPrevious"
	withNext     behaviour = "MergedWithNext"
	contiguous   behaviour = "Contiguous"
)

// apply joins or drops cuts.
func (b behaviour) apply(cuts []cut) []cut {
	switch b {
	case removed:
		return slices.DeleteFunc(cuts, func(c cut) bool { return c.match })
	case withPrevious:
		return join(cuts, func(left, right cut) bool { return right.match && !left.match })
	case withNext:
		return join(cuts, func(left, right cut) bool { return left.match && !right.match })
	case contiguous:
		return join(cuts, func(left, right cut) bool { return left.match == right.match })
	}
	return cuts
}

// join makes one cut of each two neighbours that belong together.
func join(cuts []cut, together func(left, right cut) bool) []cut {
	var out []cut
	for i, c := range cuts {
		if i > 0 && together(cuts[i-1], c) {
			out[len(out)-1].end = c.end
		} else {
			out = append(out, c)
		}
	}
	return out
}

// splitter cuts at the matches of a finder.
type splitter struct {
	find      finder
	behaviour behaviour
	invert    bool // what is no match counts as one
}

func (s splitter) split(a aligned) []aligned {
	cuts := s.find.cut(a.text)
	if s.invert {
		for i := range cuts {
			cuts[i].match = !cuts[i].match
		}
	}
	var out []aligned
	for _, c := range s.behaviour.apply(cuts) {
		if c.start < c.end {
			out = append(out, a.slice(c.start, c.end))
		}
	}
	return out
}

func readPreTokenizer(p part) (preTokenizer, error) {
	plain := func(t preTokenizer) func(part) (preTokenizer, error) {
		return func(part) (preTokenizer, error) { return t, nil }
	}
	blanks := splitter{find: runes(unicode.IsSpace), behaviour: removed}
	return choose(p, map[string]func(part) (preTokenizer, error){
		"BertPreTokenizer":   plain(preTokenizers{blanks, splitter{find: runes(isPunctuation), behaviour: isolated}}),
		"ByteLevel":          readByteLevel,
		"Metaspace":          readMetaspace,
		"Whitespace":         plain(splitter{find: findWith(wordKinds), behaviour: removed}),
		"WhitespaceSplit":    plain(blanks),
		"Split":              readSplit,
		"CharDelimiterSplit": readDelimiter,
		"Digits":             readDigits,
		"Punctuation":        readPunctuation,
		"Sequence": func(p part) (preTokenizer, error) {
			all, err := list(p, "pretokenizers", readPreTokenizer)
			return preTokenizers(all), err
		},
	})
}

// wordKinds finds runs of word characters and runs of others, without white space.
func wordKinds(text string) []cut {
	kind := func(r rune) int {
		switch {
		case isWordStrictly(r):
			return 1
		case unicode.IsSpace(r):
			return 0
		}
		return 2
	}
	var out []cut
	last := -1
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if k := kind(r); k == last {
			out[len(out)-1].end = i + size
		} else {
			out = append(out, cut{span{i, i + size}, k == 0})
			last = k
		}
		i += size
	}
	return out
}

// findWith is a finder that is a function.
type findWith func(string) []cut

func (f findWith) cut(text string) []cut { return f(text) }

func readSplit(p part) (preTokenizer, error) {
	var f struct {
		Pattern   patternFile `json:"pattern"`
		Behaviour behaviour   `json:"behavior"`
		Invert    bool        `json:"invert"`
	}
	if err := p.decode(&f); err != nil {
		return nil, err
	}
	if err := f.Behaviour.check(p); err != nil {
		return nil, err
	}
	find, err := f.Pattern.finder(p)
	return splitter{find, f.Behaviour, f.Invert}, err
}

func (b behaviour) check(p part) error {
	all := []behaviour{removed, isolated, withPrevious, withNext, contiguous}
	if slices.Contains(all, b) {
		return nil
	}
	return p.errorf("behavior %q is not supported; those that are: %v", string(b), all)
}

func readDelimiter(p part) (preTokenizer, error) {
	var f struct {
		Delimiter string `json:"delimiter"`
	}
	err := p.decode(&f)
	return splitter{find: literal(f.Delimiter), behaviour: removed}, err
}

func readDigits(p part) (preTokenizer, error) {
	var f struct {
		Individual bool `json:"individual_digits"`
	}
	err := p.decode(&f)
	s := splitter{find: runes(unicode.IsNumber), behaviour: contiguous}
	if f.Individual {
		s.behaviour = isolated
	}
	return s, err
}

func readPunctuation(p part) (preTokenizer, error) {
	f := struct {
		Behaviour behaviour `json:"behavior"`
	}{isolated}
	if err := p.decode(&f); err != nil {
		return nil, err
	}
	return splitter{find: runes(isPunctuation), behaviour: f.Behaviour}, f.Behaviour.check(p)
}

// metaspace writes blanks as a visible mark, ▁ as a rule, and splits in front of each.
type metaspace struct {
	mark  string
	when  string // a mark goes to the front: "always", "never", or "first": of the input only
	whole bool   // no split
}

func (m metaspace) split(a aligned) []aligned {
	a = a.replace(literal(" "), m.mark)
	first := len(a.from) > 0 && a.from[0].start == 0
	if (m.when == "always" || m.when == "first" && first) && !strings.HasPrefix(a.text, m.mark) {
		a = a.prepend(m.mark)
	}
	if m.whole {
		return []aligned{a}
	}
	return splitter{find: literal(m.mark), behaviour: withNext}.split(a)
}

// readMetaspace also reads the fields of older files, which have add_prefix_space.
func readMetaspace(p part) (preTokenizer, error) { return metaspaceOf(p) }

func metaspaceOf(p part) (metaspace, error) {
	f := struct {
		Mark   string `json:"replacement"`
		When   string `json:"prepend_scheme"`
		Prefix *bool  `json:"add_prefix_space"`
		Split  bool   `json:"split"`
	}{"▁", "always", nil, true}
	if err := p.decode(&f); err != nil {
		return metaspace{}, err
	}
	if f.Prefix != nil && !*f.Prefix {
		f.When = "never"
	}
	if !slices.Contains([]string{"always", "first", "never"}, f.When) {
		return metaspace{}, p.errorf("prepend_scheme %q is not supported; those that are: always, first, never", f.When)
	}
	if utf8.RuneCountInString(f.Mark) != 1 {
		return metaspace{}, p.errorf("replacement %q is not one character", f.Mark)
	}
	return metaspace{f.Mark, f.When, !f.Split}, nil
}
