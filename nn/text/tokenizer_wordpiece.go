package text

import "unicode/utf8"

// wordPiece takes the longest piece of the vocabulary that a word begins with, and so on
// with the rest, whose pieces have a prefix. A word that cannot be spelled so, or that is
// too long, is unknown as a whole (Wu et al., "Google's Neural Machine Translation
// System", 2016; Devlin et al., "BERT", NAACL 2019).
type wordPiece struct {
	vocabulary map[string]int
	unknown    int
	prefix     string
	maxChars   int
	longest    int // bytes of the longest piece
}

func (m *wordPiece) pieces() map[string]int { return m.vocabulary }

func (m *wordPiece) tokenize(dst []unit, word string) []unit {
	none := len(dst)
	if utf8.RuneCountInString(word) > m.maxChars {
		return append(dst, unit{m.unknown, 0, len(word)})
	}
	for start := 0; start < len(word); {
		u, ok := m.first(word, start)
		if !ok {
			return append(dst[:none], unit{m.unknown, 0, len(word)})
		}
		dst = append(dst, u)
		start = u.end
	}
	return dst
}

// first returns the longest piece at an offset of the word.
func (m *wordPiece) first(word string, start int) (unit, bool) {
	prefix := ""
	if start > 0 {
		prefix = m.prefix
	}
	for end := min(len(word), start+m.longest); end > start; end-- {
		if end < len(word) && !utf8.RuneStart(word[end]) {
			continue
		}
		if id, ok := m.vocabulary[prefix+word[start:end]]; ok {
			return unit{id, start, end}, true
		}
	}
	return unit{}, false
}

func readWordPiece(p part) (model, error) {
	f := struct {
		Vocab    map[string]int `json:"vocab"`
		Unknown  string         `json:"unk_token"`
		Prefix   string         `json:"continuing_subword_prefix"`
		MaxChars int            `json:"max_input_chars_per_word"`
	}{nil, "[UNK]", "##", 100}
	if err := p.decode(&f); err != nil {
		return nil, err
	}
	id, ok := f.Vocab[f.Unknown]
	if !ok {
		return nil, p.errorf("unk_token %q is not in the vocabulary, so an unknown word has no id", f.Unknown)
	}
	m := &wordPiece{vocabulary: f.Vocab, unknown: id, prefix: f.Prefix, maxChars: f.MaxChars}
	for piece := range f.Vocab {
		m.longest = max(m.longest, len(piece))
	}
	return m, nil
}

// wordLevel has whole words only.
type wordLevel struct {
	vocabulary map[string]int
	unknown    int
}

func (m *wordLevel) pieces() map[string]int { return m.vocabulary }

func (m *wordLevel) tokenize(dst []unit, word string) []unit {
	id, ok := m.vocabulary[word]
	if !ok {
		id = m.unknown
	}
	return append(dst, unit{id, 0, len(word)})
}

func readWordLevel(p part) (model, error) {
	f := struct {
		Vocab   map[string]int `json:"vocab"`
		Unknown string         `json:"unk_token"`
	}{nil, "<unk>"}
	if err := p.decode(&f); err != nil {
		return nil, err
	}
	id, ok := f.Vocab[f.Unknown]
	if !ok {
		return nil, p.errorf("unk_token %q is not in the vocabulary, so an unknown word has no id", f.Unknown)
	}
	return &wordLevel{f.Vocab, id}, nil
}
