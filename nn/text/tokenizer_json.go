package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// part is a value of the file with its path, as normalizer.normalizers[1].
type part struct {
	path  string
	raw   json.RawMessage
	depth int
}

func (p part) errorf(format string, args ...any) error {
	return fmt.Errorf("tokenizer: %s: %w", p.path, fmt.Errorf(format, args...))
}

func (p part) absent() bool { return len(p.raw) == 0 || string(p.raw) == "null" }

func (p part) decode(into any) error {
	if err := json.Unmarshal(p.raw, into); err != nil {
		return p.errorf("%w", plainly(err))
	}
	return nil
}

// plainly says without the names of Go types what JSON does not fit.
func plainly(err error) error {
	var misfit *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &misfit):
		return err
	case misfit.Field == "":
		return fmt.Errorf("it cannot be a JSON %s", misfit.Value)
	}
	return fmt.Errorf("field %q cannot be a JSON %s", misfit.Field, misfit.Value)
}

// kind returns what the part's type says, or "" if there is none.
func (p part) kind() (string, error) {
	var f struct {
		Type string `json:"type"`
	}
	err := p.decode(&f)
	return f.Type, err
}

// choose reads a part by its kind.
func choose[T any](p part, kinds map[string]func(part) (T, error)) (T, error) {
	var none T
	kind, err := p.kind()
	if err != nil {
		return none, err
	}
	read, ok := kinds[kind]
	if !ok {
		known := slices.Sorted(maps.Keys(kinds))
		return none, p.errorf("kind %q is not supported; those that are: %s", kind, strings.Join(known, ", "))
	}
	return read(p)
}

// list reads the parts of a list that is a field of p.
func list[T any](p part, field string, read func(part) (T, error)) ([]T, error) {
	if p.depth >= maxNesting {
		return nil, p.errorf("lists are nested more than %d deep", maxNesting)
	}
	var fields map[string]json.RawMessage
	if err := p.decode(&fields); err != nil {
		return nil, err
	}
	var raws []json.RawMessage
	inner := part{p.path + "." + field, fields[field], p.depth + 1}
	if err := inner.decode(&raws); err != nil {
		return nil, err
	}
	out := make([]T, len(raws))
	for i, raw := range raws {
		item, err := read(part{fmt.Sprintf("%s[%d]", inner.path, i), raw, inner.depth})
		if err != nil {
			return nil, err
		}
		out[i] = item
	}
	return out, nil
}

// patternFile is {"String": s}, {"Regex": r} or the bare string of older files.
type patternFile struct{ String, Regex *string }

func (f *patternFile) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		f.String = new(string)
		return json.Unmarshal(raw, f.String)
	}
	type plain patternFile
	return json.Unmarshal(raw, (*plain)(f))
}

func (f patternFile) finder(p part) (finder, error) {
	switch {
	case f.Regex != nil:
		prog, err := compile(*f.Regex)
		if err != nil {
			return nil, p.errorf("%w", err)
		}
		return prog, nil
	case f.String != nil:
		return literal(*f.String), nil
	}
	return nil, p.errorf("there is no pattern: neither String nor Regex")
}

// mergeLine is a merge of the file: "a b" or ["a", "b"].
type mergeLine struct{ left, right string }

func (m *mergeLine) UnmarshalJSON(raw []byte) error {
	var parts []string
	if len(raw) > 0 && raw[0] == '"' {
		var line string
		if err := json.Unmarshal(raw, &line); err != nil {
			return err
		}
		parts = strings.Split(line, " ")
	} else if err := json.Unmarshal(raw, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return fmt.Errorf("merge %s is not of two pieces", raw)
	}
	m.left, m.right = parts[0], parts[1]
	return nil
}

// joined returns what the pair becomes: the prefix of the right piece falls away.
func (m mergeLine) joined(prefix string) string {
	return m.left + m.right[min(len(prefix), len(m.right)):]
}

// scoredPiece is ["piece", log-probability].
type scoredPiece struct {
	piece string
	score float64
}

func (s *scoredPiece) UnmarshalJSON(raw []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return fmt.Errorf("%s is not a piece and its score", raw)
	}
	return errors.Join(json.Unmarshal(parts[0], &s.piece), json.Unmarshal(parts[1], &s.score))
}

// special is ["piece", id].
type special struct {
	piece string
	id    int
}

func (s *special) UnmarshalJSON(raw []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return fmt.Errorf("%s is not a piece and its id", raw)
	}
	return errors.Join(json.Unmarshal(parts[0], &s.piece), json.Unmarshal(parts[1], &s.id))
}

// file is tokenizer.json.
type file struct {
	Model         json.RawMessage `json:"model"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"`
	AddedTokens   []addedToken    `json:"added_tokens"`
}

// LoadTokenizer reads a file tokenizer.json. Its errors are those of [ReadTokenizer],
// with the path, and those of reading a file.
func LoadTokenizer(path string) (*Tokenizer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	defer f.Close()
	t, err := ReadTokenizer(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// ReadTokenizer reads a tokenizer in the format of Hugging Face's tokenizer.json. It
// returns an error for what is not JSON, for JSON that is not a tokenizer, and for a kind
// of a part that is not supported. The error has the part's path in the file.
func ReadTokenizer(r io.Reader) (*Tokenizer, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	var f file
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("tokenizer: not a tokenizer.json: %w", plainly(err))
	}
	m := part{path: "model", raw: f.Model}
	if m.absent() || !bytes.HasPrefix(bytes.TrimSpace(m.raw), []byte("{")) {
		return nil, errors.New("tokenizer: not a tokenizer.json: it has no object \"model\"; is it a config.json?")
	}
	return f.tokenizer(m)
}

func (f *file) tokenizer(m part) (t *Tokenizer, err error) {
	t = &Tokenizer{}
	if t.model, err = readModel(m); err != nil {
		return nil, err
	}
	if t.normalizer, err = optional(part{path: "normalizer", raw: f.Normalizer}, readNormalizer); err != nil {
		return nil, err
	}
	if t.words, err = optional(part{path: "pre_tokenizer", raw: f.PreTokenizer}, readPreTokenizer); err != nil {
		return nil, err
	}
	if t.decoder, err = optional(part{path: "decoder", raw: f.Decoder}, readDecoder); err != nil {
		return nil, err
	}
	if err := t.list(f.AddedTokens); err != nil {
		return nil, err
	}
	t.added = newAdded(f.AddedTokens, t.normalizer)
	post := part{path: "post_processor", raw: f.PostProcessor}
	if t.post, err = optional(post, readPostProcessor); err != nil {
		return nil, err
	}
	if t.post != nil {
		err = t.checkTemplate(post)
	}
	return t, err
}

func optional[T any](p part, read func(part) (T, error)) (T, error) {
	if p.absent() {
		var none T
		return none, nil
	}
	return read(p)
}

func readModel(p part) (model, error) {
	kinds := map[string]func(part) (model, error){
		"BPE": readBPE, "WordPiece": readWordPiece, "WordLevel": readWordLevel, "Unigram": readUnigram,
	}
	kind, err := p.kind()
	if err != nil {
		return nil, err
	}
	if kind != "" {
		return choose(p, kinds)
	}
	var fields map[string]json.RawMessage
	if err := p.decode(&fields); err != nil {
		return nil, err
	}
	switch vocab := bytes.TrimSpace(fields["vocab"]); { // older files do not say what they are
	case fields["merges"] != nil:
		return readBPE(p)
	case bytes.HasPrefix(vocab, []byte("[")):
		return readUnigram(p)
	case fields["max_input_chars_per_word"] != nil:
		return readWordPiece(p)
	case vocab != nil:
		return readWordLevel(p)
	}
	return nil, p.errorf("there is no vocabulary")
}
