/** What a gateway packet is, by Discord's opcodes. */
export const Op = {
  Dispatch: 0,
  Heartbeat: 1,
  Identify: 2,
  PresenceUpdate: 3,
  VoiceStateUpdate: 4,
  Resume: 6,
  Reconnect: 7,
  RequestMembers: 8,
  InvalidSession: 9,
  Hello: 10,
  HeartbeatAck: 11,
} as const;

/** What Discord closes a connection with when a client errs. */
export const Close = {
  UnknownOp: 4001,
  Decode: 4002,
  NotAuthenticated: 4003,
  AuthenticationFailed: 4004,
  AlreadyAuthenticated: 4005,
  InvalidSequence: 4007,
  RateLimited: 4008,
  InvalidShard: 4010,
  InvalidVersion: 4012,
  InvalidIntents: 4013,
  DisallowedIntents: 4014,
} as const;
