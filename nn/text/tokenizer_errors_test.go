package text

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pullback-go/pullback/trace"
)

// tiny is a tokenizer file of three words, with more fields.
func tiny(fields string) string {
	return `{"model": {"type": "WordLevel", "vocab": {"<unk>": 0, "a": 1, "b": 2}}, "pre_tokenizer": {"type": "WhitespaceSplit"}` + fields + `}`
}

func modelFile(model string) string { return `{"model": ` + model + `}` }

func TestReadTokenizerErrors(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", "not a tokenizer.json: unexpected end of JSON input"},
		{"no JSON", "vocab", "not a tokenizer.json: invalid character 'v' looking for beginning of value"},
		{"list", "[]", "not a tokenizer.json: it cannot be a JSON array"},
		{"config", `{"vocab_size": 3}`, `not a tokenizer.json: it has no object "model"; is it a config.json?`},
		{"name", `{"model": "gpt2"}`, `not a tokenizer.json: it has no object "model"; is it a config.json?`},
		{"model", modelFile(`{"type": "Char"}`),
			`model: kind "Char" is not supported; those that are: BPE, Unigram, WordLevel, WordPiece`},
		{"no vocabulary", modelFile(`{}`), "model: there is no vocabulary"},
		{"vocabulary", modelFile(`{"type": "BPE", "vocab": 1}`),
			`model: field "vocab" cannot be a JSON number`},
		{"merge", modelFile(`{"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}`),
			`model: merges[0]: "a", "b" or what they become is not in the vocabulary`},
		{"merge of one", modelFile(`{"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}`), `model: merge "a" is not of two pieces`},
		{"merge of three", modelFile(`{"type": "BPE", "vocab": {"a": 0}, "merges": [["a","b","c"]]}`),
			`model: merge ["a","b","c"] is not of two pieces`},
		{"BPE unknown", modelFile(`{"type": "BPE", "unk_token": "u", "vocab": {"a": 0}, "merges": []}`),
			`model: unk_token "u" is not in the vocabulary`},
		{"WordPiece unknown", modelFile(`{"type": "WordPiece", "vocab": {"a": 0}}`),
			`model: unk_token "[UNK]" is not in the vocabulary, so an unknown word has no id`},
		{"WordLevel unknown", modelFile(`{"type": "WordLevel", "vocab": {"a": 0}}`),
			`model: unk_token "<unk>" is not in the vocabulary, so an unknown word has no id`},
		{"Unigram unknown", modelFile(`{"type": "Unigram", "vocab": [["a", -1]]}`),
			"model: there is no unk_id and not all bytes are pieces, so an unknown character has no id"},
		{"Unigram id", modelFile(`{"type": "Unigram", "unk_id": 1, "vocab": [["a", -1]]}`),
			"model: unk_id is 1, but the vocabulary has 1 pieces"},
		{"Unigram piece", modelFile(`{"type": "Unigram", "unk_id": 0, "vocab": [["a"]]}`), `model: ["a"] is not a piece and its score`},
		{"negative id", modelFile(`{"type": "BPE", "vocab": {"a": -1}, "merges": []}`),
			`model.vocab: piece "a" has the id -1; ids are 0 to 2147483647`},
		{"one id twice", modelFile(`{"type": "BPE", "vocab": {"a": 1, "b": 1}, "merges": []}`),
			`model.vocab: id 1 is of two pieces, "a" and "b"`},
		{"added twice", tiny(`, "added_tokens": [{"id": 7, "content": "a"}]`), `added_tokens[0]: piece "a" has two ids, 1 and 7`},
		{"normalizer", tiny(`, "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Nmt"}]}`),
			`normalizer.normalizers[1]: kind "Nmt" is not supported; those that are: BertNormalizer, ByteLevel, Lowercase, ` +
				`NFC, NFD, NFKC, NFKD, Precompiled, Prepend, Replace, Sequence, Strip, StripAccents`},
		{"normalizer name", tiny(`, "normalizer": "NFC"`),
			"normalizer: it cannot be a JSON string"},
		{"no pattern", tiny(`, "normalizer": {"type": "Replace", "pattern": {}, "content": ""}`),
			"normalizer: there is no pattern: neither String nor Regex"},
		{"pattern", tiny(`, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated"}`),
			`pre_tokenizer: pattern "(": at byte 1: a ( without its )`},
		{"behaviour", tiny(`, "pre_tokenizer": {"type": "Punctuation", "behavior": "Kept"}`),
			`pre_tokenizer: behavior "Kept" is not supported; those that are: [Removed Isolated MergedWithPrevious MergedWithNext Contiguous]`},
		{"scheme", tiny(`, "pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "last"}`),
			`pre_tokenizer: prepend_scheme "last" is not supported; those that are: always, first, never`},
		{"mark", tiny(`, "decoder": {"type": "Metaspace", "replacement": "__"}`), `decoder: replacement "__" is not one character`},
		{"strip", tiny(`, "decoder": {"type": "Strip", "content": "", "start": 1}`), `decoder: content "" is not one character`},
		{"decoder", tiny(`, "decoder": {"type": "CTC"}`),
			`decoder: kind "CTC" is not supported; those that are: BPEDecoder, ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Sequence, Strip, WordPiece`},
		{"sequence", tiny(`, "decoder": {"type": "Sequence", "decoders": [{"type": "Fuse"}, 3]}`),
			"decoder.decoders[1]: it cannot be a JSON number"},
		{"template token", tiny(`, "post_processor": {"type": "TemplateProcessing",
			"single": [{"SpecialToken": {"id": "[S]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {}}`),
			`post_processor: special_tokens has no "[S]", or not as many tokens as ids`},
		{"template input", tiny(`, "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B", "type_id": 0}}]}`),
			`post_processor: a template has the inputs "B"; it must have each of "A" once`},
		{"template id", tiny(`, "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 9], "cls": ["a", 1]}`),
			`post_processor: it adds the token "[SEP]" with id 9, which is not in the vocabulary`},
		{"template piece", tiny(`, "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["a", 1]}`),
			`post_processor: it adds the token "[SEP]" with id 2, which is "b" in the vocabulary`},
		{"two templates", tiny(`, "post_processor": {"type": "Sequence", "processors": [
			{"type": "BertProcessing", "sep": ["a", 1], "cls": ["a", 1]}, {"type": "BertProcessing", "sep": ["a", 1], "cls": ["a", 1]}]}`),
			"post_processor: 2 processors add tokens, more than one"},
		{"pair", tiny(`, "post_processor": {"type": "RobertaProcessing", "sep": ["a"]}`),
			`post_processor: ["a"] is not a piece and its id`},
		{"deep", tiny(`, "normalizer": ` + strings.Repeat(`{"type": "Sequence", "normalizers": [`, 99) + strings.Repeat(`]}`, 99)),
			"normalizer" + strings.Repeat(".normalizers[0]", 64) + ": lists are nested more than 64 deep"},
	} {
		_, err := ReadTokenizer(strings.NewReader(c.file))
		if want := "tokenizer: " + c.want; err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, want)
		}
	}
}

func TestLoadTokenizer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	if _, err := LoadTokenizer(path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("no file: got %v", err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadTokenizer(path); err == nil || !strings.HasPrefix(err.Error(), path+": tokenizer: not a tokenizer.json") {
		t.Errorf("an empty object: got %v", err)
	}
	if err := os.WriteFile(path, []byte(tiny("")), 0o600); err != nil {
		t.Fatal(err)
	}
	tok, err := LoadTokenizer(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := tok.Encode("b x a").IDs(); len(got) != 3 || got[0] != 2 || got[1] != 0 || got[2] != 1 {
		t.Errorf("got %v", got)
	}
}

func TestReadErrors(t *testing.T) {
	fault := errors.New("the disk is gone")
	for name, read := range map[string]func(io.Reader) (*Tokenizer, error){"json": ReadTokenizer, "llama2.c": ReadLlama2C} {
		if _, err := read(iotest.ErrReader(fault)); !errors.Is(err, fault) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestMisfits(t *testing.T) {
	tok, err := ReadTokenizer(strings.NewReader(tiny("")))
	if err != nil {
		t.Fatal(err)
	}
	if err := tok.Fits(3); err != nil {
		t.Errorf("a model of 3: %v", err)
	}
	want := `tokenizer: it has ids up to 2 ("b"), but the model has a vocabulary of 2: is it of another model?`
	if err := tok.Fits(2); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	e := tok.Encode("a b a")
	if err := e.Fits(3); err != nil {
		t.Errorf("a context of 3: %v", err)
	}
	want = "tokenizer: the text has 3 tokens, but the model takes 2: shorten the text"
	if err := e.Fits(2); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, ok := tok.Piece(3); ok {
		t.Error("there is a piece 3")
	}
	if _, ok := tok.ID("c"); ok {
		t.Error("there is a piece c")
	}
}

func TestDecodeErrors(t *testing.T) {
	tok, err := ReadTokenizer(strings.NewReader(tiny("")))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []int{3, -1} {
		for name, decode := range map[string]func([]int) string{"Decode": tok.Decode, "DecodeAll": tok.DecodeAll} {
			err := trace.Try(func() { decode([]int{1, id}) })
			if err == nil || !strings.Contains(err.Error(), "tokenizer: ids[1] is ") || !strings.Contains(err.Error(), "which is not in the vocabulary of 3") {
				t.Errorf("%s of %d: got %v", name, id, err)
			}
		}
	}
}

// Files of before the models said what they are.
func TestModelsWithoutType(t *testing.T) {
	for name, file := range map[string]string{
		"BPE":       `{"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}`,
		"Unigram":   `{"unk_id": 0, "vocab": [["u", 0], ["a", -1], ["ab", -1]]}`,
		"WordPiece": `{"max_input_chars_per_word": 9, "vocab": {"[UNK]": 0, "a": 1, "ab": 2}}`,
		"WordLevel": `{"vocab": {"<unk>": 0, "a": 1, "ab": 2}}`,
	} {
		tok, err := ReadTokenizer(strings.NewReader(modelFile(file)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := tok.Encode("ab").Pieces(); len(got) != 1 || got[0] != "ab" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
