export { AllowedRegistries } from "./allowed-registries";
export { ContainerImage } from "./container-image";
export { ImageLock, type ImageLockOptions } from "./image-lock";
