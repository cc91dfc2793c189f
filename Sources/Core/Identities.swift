/// The subjects that limits, holds and usage rows refer to.
///
/// A subject that becomes a type of its own takes over its name here.
public enum Organization {}
public enum Project {}
public enum Tier {}
public enum Person {}
public enum APIKey {}
public enum Model {}
public enum Conversation {}

public typealias OrganizationID = Identifier<Organization>
public typealias ProjectID = Identifier<Project>
public typealias TierID = Identifier<Tier>
public typealias PersonID = Identifier<Person>
public typealias APIKeyID = Identifier<APIKey>
public typealias ModelID = Identifier<Model>
public typealias ConversationID = Identifier<Conversation>
