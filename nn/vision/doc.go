// Package vision has the image classifiers that explanations are usually shown on, VGG
// and ResNet, as structs of layers from package nn. A model has the structure and the
// parameter names of torchvision's, and zeros as parameters. Fill them from a file or
// from a key:
//
//	tensors, err := safetensors.Read("vgg16.safetensors")
//	...
//	model, err := nn.Load(vision.VGG16(), tensors)
//	model = nn.Init(vision.VGG16(), fn.Key(0))
//
// Models compute what they do outside training: dropout is the identity, and batch
// normalization uses stored statistics. They map images x[n 3 h w] to logits [n classes].
// The images are normalized as in training: for ImageNet usually scaled to [0, 1], then
// by mean 0.485, 0.456, 0.406 and standard deviation 0.229, 0.224, 0.225. The usual size
// is 224 by 224. Pooling before the dense layers admits other sizes from 32 by 32 on.
//
// All layers carry their paths, so composites may choose rules by torchvision's names.
// The sums of residual networks are additions of two data values. The presets of package
// rules give these Norm.
package vision
