// Package transforms turns functions into functions: derivatives, batches, compiled
// forms, and functions whose derivative follows attribution rules.
//
// A model is an ordinary Go function over [trace.Value], or over a tree of values. Each
// transform traces the function to a program, walks it, and applies the result to the
// caller's values. Concrete values are computed at once; traced values are recorded in
// the surrounding trace. That is all there is to composing transforms.
//
// There is one mechanism for derivatives. A program is linearized: its forward pass
// returns the results and the residuals, its backward pass pulls cotangents back, and its
// push carries tangents forward. [VJP], [Grad] and [Pull] use forward and backward, [JVP]
// uses forward and push. Functions that become calls ([Named], [Checkpoint], [Scan],
// [Cond], [CustomVJP], [WithRules]) offer the same three and nest.
//
// [WithRules] replaces operations by calls that carry an attribution rule in place of
// their pullback. Every derivative discharges these rules: its forward pass has the plain
// operations, its backward pass the primitive operations that the rule performed. The
// derivative of an explanation is therefore the true derivative of the modified gradient,
// and rules never need to be switched off.
package transforms
