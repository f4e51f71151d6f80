// Package vision has the image classifiers that explanations are usually shown on, VGG
// and ResNet, as structs of layers from package nn. A model comes with the structure and
// the parameter names of torchvision's, and with zeros for parameters, which it gets from
// a file or from a key:
//
//	tensors, err := safetensors.Read("vgg16.safetensors")
//	...
//	model, err := nn.Load(vision.VGG16(), tensors)
//	model = nn.Init(vision.VGG16(), fn.Key(0))
//
// Models are applied as outside of training: dropout is the identity and batch
// normalization uses stored statistics. They map images x[n 3 h w], normalized as in
// training (for ImageNet usually by mean 0.485, 0.456, 0.406 and standard deviation
// 0.229, 0.224, 0.225, after scaling to [0, 1]), to logits [n classes]. The usual size is
// 224 by 224; pooling before the dense layers admits others from 32 by 32 on.
//
// All layers carry their paths, so composites may choose rules by torchvision's names.
// The sums of residual networks are additions of two data, which the presets of package
// rules share out by Norm.
package vision
