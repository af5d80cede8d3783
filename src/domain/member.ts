/** Who acts: as Discord names them at this moment in this server. */
export type Member = { readonly memberId: string; readonly name: string; readonly createdAt: Date };
