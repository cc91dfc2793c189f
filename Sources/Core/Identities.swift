/// The subjects that limits, holds and usage rows refer to and that are no types of their own yet.
///
/// A subject that becomes a type of its own takes over its name here.
public enum Project {}
public enum APIKey {}

public typealias OrganizationID = Identifier<Organization>
public typealias ProjectID = Identifier<Project>
public typealias TierID = Identifier<Tier>
public typealias PersonID = Identifier<Person>
public typealias APIKeyID = Identifier<APIKey>
public typealias ModelID = Identifier<Model>
public typealias UpstreamID = Identifier<UpstreamRecord>
public typealias ConversationID = Identifier<Conversation>
public typealias MessageID = Identifier<Message>
public typealias SessionID = Identifier<Session>
