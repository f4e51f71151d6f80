// Package transforms turns functions into functions: derivatives, batches, compiled
// forms, and functions whose derivative follows attribution rules.
//
// A model is an ordinary Go function over [trace.Value], or over a tree of them. Each
// transform traces the function to a program, walks it, and applies the result to the
// caller's values: at once if they are concrete, else recorded in the trace around, which
// is the whole of composition.
//
// There is one mechanism for derivatives. A program is linearized: its forward pass
// yields the results and the residuals, its backward pass pulls cotangents back, and its
// push carries tangents forward. [VJP], [Grad] and [Pull] use the first two, [JVP] the
// first and the last. What a function becomes a call of ([Named], [Checkpoint], [Scan],
// [Cond], [CustomVJP], [WithRules]) offers the same three and nests.
//
// [WithRules] replaces operations by calls that carry an attribution rule in place of
// their pullback. Every derivative discharges such rules: the forward pass it leaves
// behind has the plain operations, the backward pass what the rule made of primitives.
// The derivative of an explanation is therefore the true derivative of the modified
// gradient, and nothing needs to be switched off.
package transforms
