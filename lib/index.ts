export { Acknowledgements, type Acknowledgement } from "./core/acknowledgement";
