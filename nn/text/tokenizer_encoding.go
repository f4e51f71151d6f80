package text

import "fmt"

// Token is a piece of a text.
type Token struct {
	ID    int    // its row in the model's embedding
	Piece string // as the vocabulary has it
	// Start and End are the bytes of the input that the token stands for:
	// input[Start:End]. They are equal for a token that stands for no text. Tokens within
	// one character have the span of the character.
	Start, End int
	Type       int // the type id, which tells a model the parts of a pair
	Input      int // 0 or 1: which input the span is of; -1 for a token that was added
}

// Encoding is the tokens of a text, in order.
type Encoding []Token

// IDs returns the ids of the tokens: the input of a model.
func (e Encoding) IDs() []int {
	return field(e, func(t Token) int { return t.ID })
}

// Types returns the type ids of the tokens: the second input of BERT.
func (e Encoding) Types() []int {
	return field(e, func(t Token) int { return t.Type })
}

// Pieces returns the pieces of the tokens.
func (e Encoding) Pieces() []string {
	return field(e, func(t Token) string { return t.Piece })
}

func field[T any](e Encoding, f func(Token) T) []T {
	out := make([]T, len(e))
	for i, t := range e {
		out[i] = f(t)
	}
	return out
}

// Fits returns an error if there are more tokens than a model takes at once.
func (e Encoding) Fits(context int) error {
	if len(e) <= context {
		return nil
	}
	return fmt.Errorf("tokenizer: the text has %d tokens, but the model takes %d: shorten the text", len(e), context)
}
