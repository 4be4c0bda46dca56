import type { Body } from "planck";

interface Vector {
  x: number;
  y: number;
}

/**
 * Where planck 1.5.0 keeps a body's state: fields that its declarations leave out. Its setters would not bring a state
 * back bit for bit, as they also wake, wrap angles into ±π and reset the sleep timer.
 */
export interface BodyFields {
  /** Centre of mass and angle. */
  readonly m_sweep: { readonly c: Vector; a: number };
  readonly m_linearVelocity: Vector;
  m_angularVelocity: number;
  m_sleepTime: number;
  m_awakeFlag: boolean;
  /** What a step works on, copied back to the fields above at its end. */
  readonly c_position: { readonly c: Vector; a: number };
  readonly c_velocity: { readonly v: Vector; w: number };
}

export const fieldsOf = (body: Body): BodyFields => body as unknown as BodyFields;
