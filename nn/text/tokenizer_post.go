package text

import (
	"encoding/json"
	"slices"
	"strings"
)

// postProcessor arranges the encodings of one text or two, and adds tokens if it is told
// to.
type postProcessor interface {
	process(texts []string, parts []Encoding, add bool) []Encoding
	// adds returns the tokens that it may add.
	adds() []special
}

type postProcessors []postProcessor

func (all postProcessors) process(texts []string, parts []Encoding, add bool) []Encoding {
	for _, one := range all {
		parts = one.process(texts, parts, add)
	}
	return parts
}

func (all postProcessors) adds() []special {
	var out []special
	for _, one := range all {
		out = append(out, one.adds()...)
	}
	return out
}

func readPostProcessor(p part) (postProcessor, error) {
	return choose(p, map[string]func(part) (postProcessor, error){
		"TemplateProcessing": readTemplate,
		"BertProcessing":     readBertProcessing,
		"RobertaProcessing":  readRobertaProcessing,
		"ByteLevel": func(p part) (postProcessor, error) {
			f := byteLevelFile{true, true, true}
			err := p.decode(&f)
			return trimming{f}, err
		},
		"Sequence": readPostSequence,
	})
}

func readPostSequence(p part) (postProcessor, error) {
	all, err := list(p, "processors", readPostProcessor)
	if err != nil {
		return nil, err
	}
	adding := 0
	for _, one := range all {
		if len(one.adds()) > 0 {
			adding++
		}
	}
	if adding > 1 {
		return nil, p.errorf("%d processors add tokens, more than one", adding)
	}
	return postProcessors(all), nil
}

// trimming narrows the tokens' spans to what is not blank.
type trimming struct{ byteLevelFile }

func (t trimming) adds() []special { return nil }

func (t trimming) process(texts []string, parts []Encoding, _ bool) []Encoding {
	if !t.Trim {
		return parts
	}
	out := make([]Encoding, len(parts))
	for i, e := range parts {
		out[i] = slices.Clone(e)
		for j, token := range e {
			if token.Input >= 0 {
				out[i][j] = t.trimmed(texts[token.Input], j, token)
			}
		}
	}
	return out
}

// slot is a place of a template: an input or tokens to add.
type slot struct {
	input  int // 0 or 1; -1 for tokens
	tokens []special
	kind   int // the type id
}

// template is the order of inputs and special tokens, for one input and for two.
type template struct{ single, pair []slot }

func (t template) adds() []special {
	var out []special
	for _, s := range slices.Concat(t.single, t.pair) {
		out = append(out, s.tokens...)
	}
	return out
}

func (t template) process(texts []string, parts []Encoding, add bool) []Encoding {
	slots := t.single
	if len(texts) > 1 {
		slots = t.pair
	}
	var out []Encoding
	for _, s := range slots {
		var e Encoding
		switch {
		case s.input >= 0:
			e = slices.Clone(parts[s.input])
		case add:
			for _, token := range s.tokens {
				e = append(e, Token{ID: token.id, Piece: token.piece, Input: -1})
			}
		}
		for i := range e {
			e[i].Type = s.kind
		}
		out = append(out, e)
	}
	return out
}

// templateFile is a TemplateProcessing.
type templateFile struct {
	Single []slotFile `json:"single"`
	Pair   []slotFile `json:"pair"`
	Tokens map[string]struct {
		IDs    []int    `json:"ids"`
		Pieces []string `json:"tokens"`
	} `json:"special_tokens"`
}

// slotFile is {"Sequence": {"id": "A", "type_id": 0}} or a SpecialToken in that form.
type slotFile struct {
	Sequence, SpecialToken *struct {
		ID   string `json:"id"`
		Type int    `json:"type_id"`
	}
}

// odd reports whether a sequence is neither A nor B.
func (s slotFile) odd() bool { return s.Sequence != nil && len(s.Sequence.ID) != 1 }

func readTemplate(p part) (postProcessor, error) {
	var f templateFile
	if err := p.decode(&f); err != nil {
		return nil, err
	}
	var t template
	var err error
	if t.single, err = f.slots(p, f.Single, "A"); err != nil {
		return nil, err
	}
	if len(f.Pair) == 0 {
		t.pair = []slot{{input: 0}, {input: 1, kind: 1}}
		return t, nil
	}
	t.pair, err = f.slots(p, f.Pair, "AB")
	return t, err
}

// slots reads a template with the inputs of those names, A first.
func (f templateFile) slots(p part, parts []slotFile, names string) ([]slot, error) {
	var out []slot
	used := ""
	for _, s := range parts {
		switch {
		case s.Sequence != nil:
			used += s.Sequence.ID
			out = append(out, slot{input: strings.Index("AB", s.Sequence.ID), kind: s.Sequence.Type})
		case s.SpecialToken != nil:
			token, ok := f.Tokens[s.SpecialToken.ID]
			if !ok || len(token.IDs) != len(token.Pieces) {
				return nil, p.errorf("special_tokens has no %q, or not as many tokens as ids", s.SpecialToken.ID)
			}
			add := slot{input: -1, kind: s.SpecialToken.Type}
			for i, id := range token.IDs {
				add.tokens = append(add.tokens, special{token.Pieces[i], id})
			}
			out = append(out, add)
		}
	}
	letters := []byte(used)
	slices.Sort(letters)
	if string(letters) != names || slices.ContainsFunc(parts, slotFile.odd) {
		return nil, p.errorf("a template has the inputs %q; it must have each of %q once", used, names)
	}
	return out, nil
}

// ends is the special tokens of BERT and RoBERTa.
type ends struct {
	Sep special `json:"sep"`
	Cls special `json:"cls"`
}

func (e ends) slot(t special, kind int) slot {
	return slot{input: -1, tokens: []special{t}, kind: kind}
}

func readBertProcessing(p part) (postProcessor, error) {
	var f ends
	if err := p.decode(&f); err != nil {
		return nil, err
	}
	single := []slot{f.slot(f.Cls, 0), {input: 0}, f.slot(f.Sep, 0)}
	return template{single, append(slices.Clone(single), slot{input: 1, kind: 1}, f.slot(f.Sep, 1))}, nil
}

func readRobertaProcessing(p part) (postProcessor, error) {
	f := struct {
		ends
		byteLevelFile
	}{byteLevelFile: byteLevelFile{true, true, true}}
	if err := json.Unmarshal(p.raw, &f); err != nil {
		return nil, p.errorf("%w", plainly(err))
	}
	single := []slot{f.slot(f.Cls, 0), {input: 0}, f.slot(f.Sep, 0)}
	pair := append(slices.Clone(single), f.slot(f.Sep, 0), slot{input: 1}, f.slot(f.Sep, 0))
	return postProcessors{trimming{f.byteLevelFile}, template{single, pair}}, nil
}
