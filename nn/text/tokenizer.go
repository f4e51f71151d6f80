package text

import (
	"fmt"
	"strings"

	"github.com/pullback-go/pullback/trace"
)

// Tokenizer turns a text into tokens and tokens into a text. It does not change once it
// is read: any goroutine may use it.
type Tokenizer struct {
	added      added
	normalizer normalizer // nil: none
	words      preTokenizer
	model      model
	post       postProcessor
	decoder    decoder

	ids     map[string]int
	piece   map[int]string
	special map[int]bool
	size    int
}

// maxID bounds ids, so that a file with a wrong one does not ask for a table of that
// size.
const maxID = 1<<31 - 1

// list fills in the vocabulary: the model's pieces and the added ones.
func (t *Tokenizer) list(tokens []addedToken) error {
	pieces := t.model.pieces()
	t.ids = make(map[string]int, len(pieces)+len(tokens))
	t.piece = make(map[int]string, len(pieces)+len(tokens))
	t.special = make(map[int]bool, len(tokens))
	for piece, id := range pieces {
		if err := t.enter("model.vocab", piece, id); err != nil {
			return err
		}
	}
	for i, a := range tokens {
		if err := t.enter(fmt.Sprintf("added_tokens[%d]", i), a.Content, a.ID); err != nil {
			return err
		}
		t.special[a.ID] = a.Special
	}
	return nil
}

func (t *Tokenizer) enter(path, piece string, id int) error {
	if id < 0 || id > maxID {
		return fmt.Errorf("tokenizer: %s: piece %q has the id %d; ids are 0 to %d", path, piece, id, maxID)
	}
	if other, ok := t.piece[id]; ok && other != piece {
		return fmt.Errorf("tokenizer: %s: id %d is of two pieces, %q and %q", path, id, min(piece, other), max(piece, other))
	}
	if other, ok := t.ids[piece]; ok && other != id {
		return fmt.Errorf("tokenizer: %s: piece %q has two ids, %d and %d", path, piece, min(id, other), max(id, other))
	}
	t.ids[piece], t.piece[id] = id, piece
	t.size = max(t.size, id+1)
	return nil
}

// checkTemplate reports a token that the post-processor adds and that is not what the
// vocabulary has.
func (t *Tokenizer) checkTemplate(p part) error {
	for _, s := range t.post.adds() {
		switch piece, ok := t.piece[s.id]; {
		case !ok:
			return p.errorf("it adds the token %q with id %d, which is not in the vocabulary", s.piece, s.id)
		case piece != s.piece:
			return p.errorf("it adds the token %q with id %d, which is %q in the vocabulary", s.piece, s.id, piece)
		}
	}
	return nil
}

// Size returns the least number of rows of an embedding that has a row for each id: the
// highest id and one more.
func (t *Tokenizer) Size() int { return t.size }

// ID returns the id of a piece, and whether the vocabulary has it.
func (t *Tokenizer) ID(piece string) (int, bool) {
	id, ok := t.ids[piece]
	return id, ok
}

// Piece returns the piece of an id, and whether there is one. A piece is written as in
// the file: in a byte-level vocabulary Ġ is a blank.
func (t *Tokenizer) Piece(id int) (string, bool) {
	piece, ok := t.piece[id]
	return piece, ok
}

// Fits returns an error if a model with so many rows in its embedding lacks a row for a
// token. A model may have more rows than a tokenizer has tokens.
func (t *Tokenizer) Fits(vocab int) error {
	if t.size <= vocab {
		return nil
	}
	return fmt.Errorf("tokenizer: it has ids up to %d (%q), but the model has a vocabulary of %d: is it of another model?",
		t.size-1, t.piece[t.size-1], vocab)
}

// Encode returns the tokens of s, with the special tokens that the file adds. A byte that
// is not UTF-8 is a character of its own.
func (t *Tokenizer) Encode(s string) Encoding { return t.process(true, s) }

// EncodePlain is Encode without the tokens that the file adds. A special token that s
// spells out is found all the same.
func (t *Tokenizer) EncodePlain(s string) Encoding { return t.process(false, s) }

// EncodePair returns the tokens of two texts, as a question and a passage, with the
// special tokens that the file adds to a pair. The tokens of b have Input 1.
func (t *Tokenizer) EncodePair(a, b string) Encoding { return t.process(true, a, b) }

func (t *Tokenizer) process(add bool, texts ...string) Encoding {
	parts := make([]Encoding, len(texts))
	for i, s := range texts {
		parts[i] = t.encode(s)
		for j := range parts[i] {
			parts[i][j].Input, parts[i][j].Type = i, i
		}
	}
	if t.post != nil {
		parts = t.post.process(texts, parts, add)
	}
	out := Encoding{}
	for _, part := range parts {
		out = append(out, part...)
	}
	return out
}

// encode returns the tokens of s alone.
func (t *Tokenizer) encode(s string) Encoding {
	var out Encoding
	for _, c := range t.chunks(align(s)) {
		if c.token >= 0 {
			a, at := t.added.tokens[c.token], c.span()
			out = append(out, Token{ID: a.ID, Piece: a.Content, Start: at.start, End: at.end})
			continue
		}
		words := []aligned{c.aligned}
		if t.words != nil {
			words = t.words.split(c.aligned)
		}
		for _, w := range words {
			out = t.word(out, w)
		}
	}
	return out
}

// chunks cuts a text at the added tokens and normalizes what lies between them.
func (t *Tokenizer) chunks(a aligned) []chunk {
	var out []chunk
	for _, c := range t.added.cut(a, t.added.raw) {
		if c.token >= 0 {
			out = append(out, c)
			continue
		}
		if t.normalizer != nil {
			c.aligned = t.normalizer.normalize(c.aligned)
		}
		out = append(out, t.added.cut(c.aligned, t.added.normalized)...)
	}
	return out
}

// word appends the tokens of a word.
func (t *Tokenizer) word(out Encoding, w aligned) Encoding {
	if w.text == "" {
		return out
	}
	for _, u := range t.model.tokenize(nil, w.text) {
		token := Token{ID: u.id, Piece: t.piece[u.id]}
		if u.start < u.end {
			at := w.slice(u.start, u.end).span()
			token.Start, token.End = at.start, at.end
		}
		out = append(out, token)
	}
	return out
}

// Decode returns the text of ids without special tokens. A token may end within a
// character, so the text of some ids of a list may not be UTF-8. strings.ToValidUTF8
// replaces what is not. Decode panics with a [trace.Error] if an id is not in the
// vocabulary.
func (t *Tokenizer) Decode(ids []int) string {
	shown := make([]int, 0, len(ids))
	for i, id := range ids {
		t.known(i, id)
		if !t.special[id] {
			shown = append(shown, id)
		}
	}
	return t.DecodeAll(shown)
}

// DecodeAll is Decode with special tokens as they are written in the file.
func (t *Tokenizer) DecodeAll(ids []int) string {
	pieces := make([]string, len(ids))
	for i, id := range ids {
		pieces[i] = t.known(i, id)
	}
	if t.decoder == nil {
		return strings.Join(pieces, " ")
	}
	return strings.Join(t.decoder.decode(pieces), "")
}

// known returns the piece of the i-th id.
func (t *Tokenizer) known(i, id int) string {
	piece, ok := t.piece[id]
	if !ok {
		panic(trace.Errorf("tokenizer: ids[%d] is %d, which is not in the vocabulary of %d", i, id, t.size))
	}
	return piece
}
