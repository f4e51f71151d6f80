package text

import (
	"cmp"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/trace"
)

// BERTClassifier is a [BERT] that assigns classes to texts. Parameters have the names of
// Hugging Face's BertForSequenceClassification.
type BERTClassifier struct {
	BERT       BERT      `nn:"bert"`
	Classifier nn.Linear // [classes width]
}

// NewBERTClassifier returns a model with its paths, as [NewBERT] does.
func NewBERTClassifier(c BERTConfig) BERTClassifier {
	const of = "text.NewBERTClassifier"
	defer trace.Naming(of)
	c = c.usual(of)
	return nn.Name(BERTClassifier{newBERT(of, c), nn.NewLinear(c.Width, c.Classes)})
}

// Apply maps ids[n t] to logits [n classes]. The mask, and what it panics with, are those of
// [BERT.Apply].
func (m BERTClassifier) Apply(ids, mask trace.Value) trace.Value {
	return m.ApplyTypes(ids, trace.Value{}, mask)
}

// ApplyTypes is Apply for tokens in several segments, see [BERT.ApplyTypes].
func (m BERTClassifier) ApplyTypes(ids, types, mask trace.Value) trace.Value {
	return m.Classifier.Apply(m.BERT.Pool(m.BERT.ApplyTypes(ids, types, mask)))
}

// ApplyEmbedded is ApplyTypes from the vectors of the tokens on, x[n t width].
func (m BERTClassifier) ApplyEmbedded(x, types, mask trace.Value) trace.Value {
	return m.Classifier.Apply(m.BERT.Pool(m.BERT.ApplyEmbedded(x, types, mask)))
}

// BERTMaskedLM is a [BERT] that guesses tokens from those around them. Parameters have the
// names of Hugging Face's BertForMaskedLM. The table of the tokens gives the logits.
type BERTMaskedLM struct {
	BERT BERT `nn:"bert"`
	Cls  BERTGuess
}

// BERTGuess is the head of a [BERTMaskedLM].
type BERTGuess struct{ Predictions BERTPredictions }

// BERTPredictions maps vectors to what the table of the tokens is multiplied by, and has
// the bias of the logits.
type BERTPredictions struct {
	Transform BERTTransform
	Bias      trace.Value // [vocabulary]
}

// BERTTransform is a dense layer with an activation and a normalization.
type BERTTransform struct {
	Dense     nn.Linear     // [width width]
	Act       nn.Activation `nn:"transform_act_fn"`
	LayerNorm nn.LayerNorm  `nn:"LayerNorm"`
}

// NewBERTMaskedLM returns a model with its paths and without a pooler, as [NewBERT] does
// otherwise.
func NewBERTMaskedLM(c BERTConfig) BERTMaskedLM {
	const of = "text.NewBERTMaskedLM"
	defer trace.Naming(of)
	c = c.usual(of)
	m := BERTMaskedLM{BERT: newBERT(of, c)}
	m.BERT.Pooler = BERTPooler{}
	m.Cls.Predictions = BERTPredictions{
		BERTTransform{nn.NewLinear(c.Width, c.Width), activationOf(of, cmp.Or(c.Activation, "gelu")), layerNorm(c.Width, c.Epsilon)},
		fn.ZerosOf(trace.Float32, c.Vocab),
	}
	return nn.Name(m)
}

// Apply maps ids[n t] to logits [n t vocabulary]. The mask, and what it panics with, are
// those of [BERT.Apply].
func (m BERTMaskedLM) Apply(ids, mask trace.Value) trace.Value {
	return m.ApplyTypes(ids, trace.Value{}, mask)
}

// ApplyTypes is Apply for tokens in several segments, see [BERT.ApplyTypes].
func (m BERTMaskedLM) ApplyTypes(ids, types, mask trace.Value) trace.Value {
	return m.head(m.BERT.ApplyTypes(ids, types, mask))
}

// ApplyEmbedded is ApplyTypes from the vectors of the tokens on, x[n t width].
func (m BERTMaskedLM) ApplyEmbedded(x, types, mask trace.Value) trace.Value {
	return m.head(m.BERT.ApplyEmbedded(x, types, mask))
}

// head maps vectors y[n t width] to logits [n t vocabulary].
func (m BERTMaskedLM) head(y trace.Value) trace.Value {
	h := m.Cls.Predictions.Transform
	y = h.LayerNorm.Apply(h.Act.Apply(h.Dense.Apply(y)))
	decoder := nn.Linear{Path: "cls.predictions.decoder", Weight: m.BERT.Embeddings.WordEmbeddings.Weight, Bias: m.Cls.Predictions.Bias}
	return decoder.Apply(y)
}
