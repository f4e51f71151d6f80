// Package optim minimizes functions of trees: of models, or of anything else that holds
// values.
//
// An [Optimizer] is a pure rule. What it remembers from step to step is a [State], a tree
// beside the parameters, so a whole step of training compiles, and a batch of trainings is
// one [transforms.VmapN] away:
//
//	optimizer := optim.Chain(optim.ClipNorm(1), optim.AdamW(optim.Warmup(100, optim.Cosine(1e-3, 0, 5000))))
//	step := transforms.JitN(optim.Step(optimizer, loss)) // loss is a func(model Net, batch Batch) trace.Value
//	state := optim.Init(optimizer, model)
//	for _, batch := range batches {
//		model, state, value = step(model, state, batch)
//	}
//
// Only floats are parameters. Integers, booleans and static parts of a tree stay as they
// are. Paths are those of [trace.MapPaths], such as .Layers[0].Weight.
//
// # Families
//
// Training: [Init], [Update], [Step].
//
// Optimizers: [SGD], [Adam], [AdamW], [Lion], [RMSProp], [Adagrad].
//
// What stands before or behind one: [Chain], [ClipNorm], [ClipValue], [WeightDecay].
//
// Optimizers by path: [Groups], [Masked], [Frozen].
//
// Schedules of the learning rate: [Constant], [Linear], [Cosine], [Exponential],
// [Piecewise], [OneCycle], [Warmup].
//
// Beside a training: [MovingAverage], [GlobalNorm].
//
// Functions with a definite minimum: [Minimize] and [NewObjective], by the methods of
// gonum.org/v1/gonum/optimize, and [NewtonCG]. Systems of linear equations are solved by
// [transforms.CG].
package optim
