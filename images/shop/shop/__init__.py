"""The sample application of meshlab: shop service, probe and recorder in one image."""
