// Package text has what models of language need besides their layers. A [Tokenizer] turns
// a text into the numbers that a model takes, and back.
//
//	tok, err := text.LoadTokenizer("tokenizer.json")
//	prompt := tok.Encode("Once upon a time")
//	ids := prompt.IDs() // the input of the model
//	fmt.Println(tok.Decode(ids))
//
// The models are [BERT], [GPT2], [Llama] with its kin (Mistral, Qwen2, Mixtral) and [Mamba],
// with the parameter names of Hugging Face, so that [Load] reads a folder of the hub.
// [Generate] continues prompts with a state of static shapes. Blocks, attention and gates
// are layers with names, so that composites of package rules and transforms.Plan see them.
//
// Each [Token] has the span of the input that it stands for, so that the relevance of a
// token can be shown as a colour of the text.
//
// # What a tokenizer does
//
// The file tokenizer.json of Hugging Face lists five steps. A normalizer rewrites the
// text (lower case, Unicode normalization). A pre-tokenizer splits it into words. A model
// splits each word into pieces of its vocabulary: BPE, WordPiece, Unigram or WordLevel. A
// post-processor adds special tokens such as [CLS]. A decoder turns pieces into text
// again. Added tokens, such as <|endoftext|>, are found before all of that. The file's
// truncation, padding and dropout are not applied: they belong to training and to
// batches.
//
// All kinds of these parts are read but the normalizer Nmt, the pre-tokenizers
// UnicodeScripts and FixedLength, and the decoder CTC, which give an error.
//
// # Dependencies
//
// Unicode normalization comes from golang.org/x/text. All else is written here. The Go
// libraries that read tokenizer.json either need cgo, or lack most of the kinds above, or
// depend on much that a transform library has no use for. Published patterns for words,
// such as that of GPT-2, need lookahead, which package regexp lacks. The matcher of this
// package has it. Its time is bounded by the pattern's length times the text's for each
// match, whatever the pattern, which a backtracking library does not promise.
package text
