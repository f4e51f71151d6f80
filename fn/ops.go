package fn

import "github.com/pullback-go/pullback/trace"

// Ops returns one operation of each type in this package that programs hold before they are
// compiled, for [trace.Parse]. Its fields do not matter.
func Ops() []trace.Op {
	return []trace.Op{
		add{}, addAlong{}, addSlices{}, addTake{}, argExtreme{}, argSort{}, avgPool{}, avgPoolInput{}, batchNorm{}, bitwise{}, cast{}, clamp{}, compare{},
		concat{}, conv{}, convInput{}, convTranspose{}, convWeights{}, counting{}, cumArgExtreme{}, cumLogSumExp{}, cumProd{}, cumSum{}, div{}, dot{},
		expand{}, extreme{}, flatPlace{}, floorDiv{}, full{}, groupNorm{}, lastOfEqual{}, lastWriter{}, layerNorm{}, logic{}, logSoftmax{}, logSumExp{},
		mask{}, maximum{}, maxPool{}, mean{}, minimum{}, mod{}, mul{}, neg{}, not{}, oneHot{}, pad{}, popCount{}, pow{}, prelu{}, prod{}, quantifier{},
		rem{}, reshape{}, resize{}, responseNorm{}, rmsNorm{}, scatterFold{}, searchSorted{}, setRows{}, slice{}, softmax{}, sub{}, sum{}, take{},
		takeAlong{}, transpose{}, where{}, whole{}, within{},
		unary[abs]{}, unary[acos]{}, unary[acosh]{}, unary[asin]{}, unary[asinh]{}, unary[atan]{}, unary[atanh]{}, unary[bessel]{}, unary[bounding]{},
		unary[cbrt]{}, unary[cdf]{}, unary[ceil]{}, unary[cos]{}, unary[cosh]{}, unary[density]{}, unary[erf]{}, unary[erfc]{}, unary[erfInv]{},
		unary[exp]{}, unary[exp2]{}, unary[expm1]{}, unary[floor]{}, unary[log]{}, unary[log10]{}, unary[log1p]{}, unary[log2]{}, unary[logCDF]{},
		unary[logGamma]{}, unary[mills]{}, unary[polygamma]{}, unary[power]{}, unary[quantile]{}, unary[reciprocal]{}, unary[reciprocalHypot]{},
		unary[round]{}, unary[rsqrt]{}, unary[sign]{}, unary[sin]{}, unary[sinc]{}, unary[sinh]{}, unary[sqrt]{}, unary[square]{}, unary[tan]{},
		unary[trunc]{},
		activation[celu]{}, activation[elu]{}, activation[gelu]{}, activation[geluTanh]{}, activation[hardShrink]{}, activation[hardSigmoid]{},
		activation[hardSwish]{}, activation[hardTanh]{}, activation[leakyReLU]{}, activation[logSigmoid]{}, activation[mish]{}, activation[relu]{},
		activation[relu6]{}, activation[rrelu]{}, activation[selu]{}, activation[sigmoid]{}, activation[silu]{}, activation[softplus]{},
		activation[softshrink]{}, activation[softsign]{}, activation[tanh]{}, activation[tanhshrink]{}, activation[thresholding]{},
		addOnto[addAlong]{}, addOnto[addSlices]{}, addOnto[addTake]{}, addOnto[pad]{},
		pairwise[atan2]{}, pairwise[copySign]{}, pairwise[gammaInc]{}, pairwise[hypot]{}, pairwise[logAddExp]{},
	}
}
